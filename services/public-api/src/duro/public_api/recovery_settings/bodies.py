from typing import Annotated

from pydantic import Field, PlainValidator, WithJsonSchema
from whenever import Time

from duro.billing import MissedPeriods
from duro.billing.messages import QuietHours
from duro.billing.recovery import Escalation, PaydayAwareness, Rail
from duro.http_kit.fields import EmailField
from duro.http_kit.inputs import Input, NotNull, Section
from duro.merchant_api.given import KEPT, Given
from duro.merchant_api.recovery_settings import UpdateRecoverySettingsCommand
from duro.public_api.recovery_settings.time_of_day import TimeOfDay

TimeField = Annotated[
    Time, PlainValidator(TimeOfDay.read), WithJsonSchema({"type": "string", "pattern": TimeOfDay.PATTERN})
]
OtherRailField = Annotated[Rail, Field(strict=False)]


class QuietHoursBody(Section):
    """From when to when payers are left alone, in their subscriptions' zones; the same time twice is never."""

    start: TimeField
    end: TimeField


class UpdateRecoverySettingsBody(Section):
    """What changes about recovery.

    A `missedPeriods` of null means what is usual for each interval, a `replyTo` of null that payers aren't to answer.
    """

    auto_recovery: Annotated[bool | None, NotNull()] = None
    dunning_enabled: Annotated[bool | None, NotNull()] = None
    max_tries: Annotated[Annotated[int, Field(ge=1, le=10)] | None, NotNull()] = None
    deadline_days: Annotated[Annotated[int, Field(ge=1, le=60)] | None, NotNull()] = None
    escalation: Annotated[Escalation | None, Field(strict=False), NotNull()] = None
    missed_periods: Annotated[MissedPeriods | None, Field(strict=False)] = None
    payday_aware: Annotated[PaydayAwareness | None, Field(strict=False), NotNull()] = None
    rails: Annotated[list[OtherRailField] | None, Field(max_length=5), NotNull()] = None
    renewal_reminders: Annotated[bool | None, NotNull()] = None
    renewal_reminder_days: Annotated[Annotated[int, Field(ge=1, le=30)] | None, NotNull()] = None
    quiet_hours: Annotated[QuietHoursBody | None, NotNull()] = None
    reply_to: EmailField | None = None

    def command(self) -> UpdateRecoverySettingsCommand:
        return UpdateRecoverySettingsCommand(
            auto_recovery=KEPT if self.auto_recovery is None else Given(self.auto_recovery),
            dunning_enabled=KEPT if self.dunning_enabled is None else Given(self.dunning_enabled),
            max_tries=KEPT if self.max_tries is None else Given(self.max_tries),
            deadline_days=KEPT if self.deadline_days is None else Given(self.deadline_days),
            escalation=KEPT if self.escalation is None else Given(self.escalation),
            missed_periods=Given(self.missed_periods) if "missed_periods" in self.model_fields_set else KEPT,
            payday_aware=KEPT if self.payday_aware is None else Given(self.payday_aware),
            rails=KEPT if self.rails is None else Given(tuple(self.rails)),
            renewal_reminders=KEPT if self.renewal_reminders is None else Given(self.renewal_reminders),
            renewal_reminder_days=KEPT if self.renewal_reminder_days is None else Given(self.renewal_reminder_days),
            quiet_hours=KEPT
            if self.quiet_hours is None
            else Given(QuietHours(self.quiet_hours.start, self.quiet_hours.end)),
            reply_to=Given(self.reply_to) if "reply_to" in self.model_fields_set else KEPT,
        )


class RecoverySettingsInput(Input):
    """Reads GET /v1/settings/recovery."""


class UpdateRecoverySettingsInput(Input):
    """Reads PATCH /v1/settings/recovery."""

    body: UpdateRecoverySettingsBody
