"""Every try to collect an invoice: payment attempts, as merchants read them."""

from duro.merchant_api.transactions.read_transactions import GetTransaction, ListTransactions

__all__ = ["GetTransaction", "ListTransactions"]
