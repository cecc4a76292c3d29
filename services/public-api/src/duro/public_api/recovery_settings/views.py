from msgspec import Struct

from duro.billing import MissedPeriods
from duro.billing.messages import QuietHours
from duro.billing.recovery import Escalation, PaydayAwareness, Rail
from duro.db.recovery_settings import RecoverySettings
from duro.public_api.recovery_settings.time_of_day import TimeOfDay
from duro.public_api.wire import Written


class QuietHoursView(Struct, frozen=True, rename="camel"):
    """From when to when payers are left alone, in their subscriptions' zones."""

    start: str
    end: str

    @classmethod
    def of(cls, quiet: QuietHours) -> "QuietHoursView":
        return cls(start=TimeOfDay.write(quiet.start), end=TimeOfDay.write(quiet.end))


class RecoverySettingsView(Struct, frozen=True, rename="camel"):
    """What is done about charges that fail; `updatedAt` is null while all of it is as usual."""

    auto_recovery: bool
    dunning_enabled: bool
    max_tries: int
    deadline_days: int
    escalation: Escalation
    missed_periods: MissedPeriods | None
    payday_aware: PaydayAwareness
    rails: list[Rail]
    renewal_reminders: bool
    renewal_reminder_days: int
    quiet_hours: QuietHoursView
    reply_to: str | None
    updated_at: str | None

    @classmethod
    def of(cls, settings: RecoverySettings) -> "RecoverySettingsView":
        return cls(
            auto_recovery=settings.auto_recovery,
            dunning_enabled=settings.dunning_enabled,
            max_tries=settings.dunning.max_tries,
            deadline_days=settings.dunning.deadline_days,
            escalation=settings.dunning.escalation,
            missed_periods=settings.missed_periods,
            payday_aware=settings.dunning.payday_aware,
            rails=list(settings.dunning.rails),
            renewal_reminders=settings.renewal_reminders,
            renewal_reminder_days=settings.renewal_reminder_days,
            quiet_hours=QuietHoursView.of(settings.quiet_hours),
            reply_to=settings.reply_to,
            updated_at=None if settings.updated_at is None else Written.instant(settings.updated_at),
        )
