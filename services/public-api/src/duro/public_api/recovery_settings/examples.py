from collections.abc import Mapping
from typing import ClassVar, final


@final
class RecoverySettingsExamples:
    """Settings of recovery as the document shows them."""

    BODY: ClassVar[Mapping[str, object]] = {
        "maxTries": 6,
        "deadlineDays": 30,
        "rails": ["transfer", "ussd"],
        "quietHours": {"start": "20:00", "end": "07:30"},
        "replyTo": "help@ada.example.com",
    }
    VIEW: ClassVar[Mapping[str, object]] = {
        "autoRecovery": True,
        "dunningEnabled": True,
        "maxTries": 6,
        "deadlineDays": 30,
        "escalation": "unpaid",
        "missedPeriods": None,
        "paydayAware": "learned",
        "rails": ["transfer", "ussd"],
        "renewalReminders": True,
        "renewalReminderDays": 3,
        "quietHours": {"start": "20:00", "end": "07:30"},
        "replyTo": "help@ada.example.com",
        "updatedAt": "2026-02-03T09:00:00Z",
    }
