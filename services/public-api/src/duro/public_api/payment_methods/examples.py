from collections.abc import Mapping
from typing import ClassVar, final


@final
class PaymentMethodExamples:
    """A payment method as the document shows it."""

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
