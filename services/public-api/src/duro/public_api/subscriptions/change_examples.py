from collections.abc import Mapping
from typing import ClassVar, final

from duro.public_api.subscriptions.examples import SubscriptionExamples


@final
class ChangeExamples:
    """A change of plan as the document shows it."""

    BODY: ClassVar[Mapping[str, object]] = {
        "planId": "plan_01jxk8m3s4e5f6g7h8j9k0m1n3",
        "prorationBehavior": "prorate",
    }
    VIEW: ClassVar[Mapping[str, object]] = {"subscription": SubscriptionExamples.VIEW, "invoice": None}
    UPCOMING: ClassVar[Mapping[str, object]] = {
        "periodStart": "2026-02-28T09:00:00Z",
        "periodEnd": "2026-03-31T09:00:00Z",
        "currency": "NGN",
        "lines": [
            {"description": "Gold", "quantity": 1, "unitAmount": 1000000, "amount": 1000000},
            {"description": "Unused time on Basic", "quantity": 1, "unitAmount": -250000, "amount": -250000},
            {"description": "Remaining time on Gold", "quantity": 1, "unitAmount": 500000, "amount": 500000},
        ],
        "subtotal": 1250000,
        "discount": 0,
        "creditApplied": 0,
        "creditGranted": 0,
        "amount": 1250000,
        "scheduledChange": None,
    }
    PREVIEW: ClassVar[Mapping[str, object]] = {
        "applies": "now",
        "currency": "NGN",
        "credit": 250000,
        "charge": 500000,
        "lines": [
            {"description": "Unused time on Basic", "quantity": 1, "unitAmount": -250000, "amount": -250000},
            {"description": "Remaining time on Gold", "quantity": 1, "unitAmount": 500000, "amount": 500000},
        ],
        "discount": 0,
        "creditApplied": 0,
        "creditGranted": 0,
        "amountDue": 0,
        "nextInvoice": UPCOMING,
    }
