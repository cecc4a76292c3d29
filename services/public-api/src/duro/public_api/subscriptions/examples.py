from collections.abc import Mapping
from typing import ClassVar, final


@final
class SubscriptionExamples:
    """A subscription as the document shows it."""

    BODY: ClassVar[Mapping[str, object]] = {
        "customerId": "cus_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "planId": "plan_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "paymentMethodId": "pm_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "quantity": 1,
        "metadata": {"seat": "north"},
    }
    CANCEL: ClassVar[Mapping[str, object]] = {"atPeriodEnd": True}
    CHANGE: ClassVar[Mapping[str, object]] = {"cancelAtPeriodEnd": False, "billingDay": 28}
    VIEW: ClassVar[Mapping[str, object]] = {
        "id": "sub_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "customerId": "cus_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "status": "active",
        "terms": {
            "planId": "plan_01jxk8m3s4e5f6g7h8j9k0m1n2",
            "amount": 500000,
            "currency": "NGN",
            "interval": "month",
            "intervalCount": 1,
            "maxCycles": None,
        },
        "zone": "Africa/Lagos",
        "quantity": 1,
        "paymentMethodId": "pm_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "billingDay": None,
        "anchor": "2026-01-31T09:00:00Z",
        "currentPeriodStart": "2026-01-31T09:00:00Z",
        "currentPeriodEnd": "2026-02-28T09:00:00Z",
        "trialEndsAt": None,
        "cyclesCompleted": 1,
        "cancelAtPeriodEnd": False,
        "scheduledChange": None,
        "balance": 0,
        "promotion": None,
        "metadata": {"seat": "north"},
        "testClockId": None,
        "accessEndsAt": None,
        "canceledAt": None,
        "createdAt": "2026-01-31T09:00:00Z",
    }
