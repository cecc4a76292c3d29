"""Money that payers push: what they are asked for on such rails, what arrives, and what it pays."""

from duro.merchant_api.pushed.arrived_money import ArrivedMoney, Received
from duro.merchant_api.pushed.decide_money import DecideMoney, MoneyVerdict
from duro.merchant_api.pushed.receive_money import ReceiveMoney
from duro.merchant_api.pushed.request_service import RequestOutcome, RequestService

__all__ = [
    "ArrivedMoney",
    "DecideMoney",
    "MoneyVerdict",
    "ReceiveMoney",
    "Received",
    "RequestOutcome",
    "RequestService",
]
