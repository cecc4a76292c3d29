from collections.abc import Mapping
from typing import ClassVar, final


@final
class PlanExamples:
    """A plan as the document shows it."""

    BODY: ClassVar[Mapping[str, object]] = {
        "name": "Gold",
        "amount": 500000,
        "currency": "NGN",
        "interval": "month",
        "intervalCount": 1,
        "trialDays": 0,
    }
    CHANGE: ClassVar[Mapping[str, object]] = {"name": "Gold 2027", "amount": 650000}
    VIEW: ClassVar[Mapping[str, object]] = {
        "id": "plan_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "name": "Gold",
        "amount": 500000,
        "currency": "NGN",
        "interval": "month",
        "intervalCount": 1,
        "trialDays": 0,
        "maxCycles": None,
        "archived": False,
        "archivedAt": None,
        "createdAt": "2026-01-31T09:00:00Z",
        "updatedAt": "2026-01-31T09:00:00Z",
    }
