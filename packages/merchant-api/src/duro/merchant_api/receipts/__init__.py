"""How an act that is asked for twice happens once."""

from duro.merchant_api.receipts.derived_ids import DerivedIdFactory
from duro.merchant_api.receipts.no_receipt import NoReceipt
from duro.merchant_api.receipts.receipt import Receipt

__all__ = ["DerivedIdFactory", "NoReceipt", "Receipt"]
