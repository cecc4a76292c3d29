"""Every try to collect an invoice: payment attempts, as merchants read them and payers wait for them."""

from duro.merchant_api.transactions.look_up_transaction import LookUpTransaction
from duro.merchant_api.transactions.read_transactions import (
    FoundTransaction,
    FoundTransactions,
    GetTransaction,
    ListTransactions,
)

__all__ = ["FoundTransaction", "FoundTransactions", "GetTransaction", "ListTransactions", "LookUpTransaction"]
