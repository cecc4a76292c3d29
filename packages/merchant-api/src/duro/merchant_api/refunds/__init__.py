"""Money that goes back: how it is asked for, and what is done when the provider refuses."""

from duro.merchant_api.refunds.cancel_refund import CancelRefund
from duro.merchant_api.refunds.read_refunds import GetRefund, ListRefunds
from duro.merchant_api.refunds.refund_invoice import RefundInvoice, RefundInvoiceCommand
from duro.merchant_api.refunds.retry_refund import RetryRefund

__all__ = ["CancelRefund", "GetRefund", "ListRefunds", "RefundInvoice", "RefundInvoiceCommand", "RetryRefund"]
