"""Credit balances: what subscriptions have left to pay with."""

from duro.merchant_api.credit.grant_credit import GrantCredit, GrantCreditCommand
from duro.merchant_api.credit.read_credit import CreditStatement, GetCredit

__all__ = ["CreditStatement", "GetCredit", "GrantCredit", "GrantCreditCommand"]
