from collections.abc import Mapping
from typing import ClassVar, final


@final
class PaymentMethodExamples:
    """A card, and a mandate that waits for its payer, as the document shows them."""

    BODY: ClassVar[Mapping[str, object]] = {
        "card": {"number": "4242424242424242", "expMonth": 12, "expYear": 2030, "cvc": "123"}
    }
    VIEW: ClassVar[Mapping[str, object]] = {
        "id": "pm_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "customerId": "cus_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "provider": "simulated",
        "rail": "card",
        "status": "active",
        "brand": "visa",
        "last4": "4242",
        "expMonth": 12,
        "expYear": 2030,
        "mandate": None,
        "barredAt": None,
        "detachedAt": None,
        "createdAt": "2026-01-31T09:00:00Z",
    }
    PENDING: ClassVar[Mapping[str, object]] = {
        **VIEW,
        "rail": "direct_debit",
        "status": "pending",
        "brand": None,
        "last4": "0003",
        "expMonth": None,
        "expYear": None,
        "mandate": {
            "bankCode": "058",
            "ceiling": 2_000_000,
            "currency": "NGN",
            "activation": {
                "accountNumber": "9990000001",
                "bankName": "Simulated Bank",
                "accountName": "Mandate Activation",
                "amount": 5_000,
                "currency": "NGN",
            },
            "activatedAt": None,
        },
    }
