"""How customers pay: their saved cards."""

from duro.merchant_api.payment_methods.attach_payment_method import (
    AttachPaymentMethod,
    AttachPaymentMethodCommand,
    CardRefusedError,
    GatewayUnavailableError,
)
from duro.merchant_api.payment_methods.detach_payment_method import DetachPaymentMethod
from duro.merchant_api.payment_methods.read_payment_methods import GetPaymentMethod, ListPaymentMethods

__all__ = [
    "AttachPaymentMethod",
    "AttachPaymentMethodCommand",
    "CardRefusedError",
    "DetachPaymentMethod",
    "GatewayUnavailableError",
    "GetPaymentMethod",
    "ListPaymentMethods",
]
