from collections.abc import Mapping
from typing import ClassVar, final


@final
class EventExamples:
    """Something that happened, as the document shows it."""

    VIEW: ClassVar[Mapping[str, object]] = {
        "id": "evt_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "type": "subscription_payment_failed",
        "subscriptionId": "sub_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "sequence": 7,
        "data": {
            "subscriptionId": "sub_01jxk8m3s4e5f6g7h8j9k0m1n2",
            "customerId": "cus_01jxk8m3s4e5f6g7h8j9k0m1n2",
            "planId": "plan_01jxk8m3s4e5f6g7h8j9k0m1n2",
            "status": "past_due",
            "currentPeriodStart": "2026-01-15T09:00:00Z",
            "currentPeriodEnd": "2026-02-15T09:00:00Z",
            "cyclesCompleted": 3,
            "cancelAtPeriodEnd": False,
            "invoiceId": "inv_01jxk8m3s4e5f6g7h8j9k0m1n2",
            "amount": 500000,
            "currency": "NGN",
            "periodStart": "2026-02-15T09:00:00Z",
            "periodEnd": "2026-03-15T09:00:00Z",
            "failureCode": "51",
        },
        "createdAt": "2026-02-15T09:00:02Z",
    }
