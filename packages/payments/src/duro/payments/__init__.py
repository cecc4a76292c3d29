"""The port to providers that take money, and the simulated provider behind it."""

from duro.payments.cards import CardDetails, CardRefused, Tokenized, TokenizeResult
from duro.payments.charges import (
    Approved,
    ChargeLookup,
    ChargeRequest,
    ChargeResult,
    Declined,
    NotFound,
    Unknown,
)
from duro.payments.failure_codes import FailureCodes
from duro.payments.gateway import ChargeGateway
from duro.payments.refunds import Refunded, RefundLookup, RefundRefused, RefundRequest, RefundResult
from duro.payments.simulated import (
    HttpSimulatedGateway,
    InMemoryIssuerLedger,
    SimulatedCard,
    SimulatedGateway,
    SimulatedIssuer,
)

__all__ = [
    "Approved",
    "CardDetails",
    "CardRefused",
    "ChargeGateway",
    "ChargeLookup",
    "ChargeRequest",
    "ChargeResult",
    "Declined",
    "FailureCodes",
    "HttpSimulatedGateway",
    "InMemoryIssuerLedger",
    "NotFound",
    "RefundLookup",
    "RefundRefused",
    "RefundRequest",
    "RefundResult",
    "Refunded",
    "SimulatedCard",
    "SimulatedGateway",
    "SimulatedIssuer",
    "TokenizeResult",
    "Tokenized",
    "Unknown",
]
