"""How customers pay: their saved cards, and the bank accounts that they let us debit."""

from duro.merchant_api.payment_methods.attach_mandate import AttachMandate, AttachMandateCommand, MandateRefusedError
from duro.merchant_api.payment_methods.attach_payment_method import (
    AttachPaymentMethod,
    AttachPaymentMethodCommand,
    CardRefusedError,
    GatewayUnavailableError,
)
from duro.merchant_api.payment_methods.card_keys import CardKeys
from duro.merchant_api.payment_methods.detach_payment_method import DetachPaymentMethod
from duro.merchant_api.payment_methods.mandate_service import MandateService
from duro.merchant_api.payment_methods.read_payment_methods import GetPaymentMethod, ListPaymentMethods

__all__ = [
    "AttachMandate",
    "AttachMandateCommand",
    "AttachPaymentMethod",
    "AttachPaymentMethodCommand",
    "CardKeys",
    "CardRefusedError",
    "DetachPaymentMethod",
    "GatewayUnavailableError",
    "GetPaymentMethod",
    "ListPaymentMethods",
    "MandateRefusedError",
    "MandateService",
]
