from dataclasses import dataclass, field, replace
from typing import Final, final

from asyncpg import Record
from whenever import Instant, Time

from duro.billing import MissedPeriods
from duro.billing.messages import QuietHours
from duro.billing.recovery import DunningSettings, Escalation, PaydayAwareness, Rail
from duro.db.session import TenantSession

_GET: Final = "select * from {schema}.recovery_settings where tenant_id = $1"
_LOCK: Final = "select pg_advisory_xact_lock(hashtextextended('recovery_settings' || $1::uuid::text, 0))"
_PUT: Final = """
    insert into {schema}.recovery_settings (
        tenant_id, auto_recovery, dunning_enabled, max_tries, deadline_days, escalation, missed_periods, payday_aware,
        rails, renewal_reminders, renewal_reminder_days, quiet_from, quiet_until, updated_at, reply_to)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
    on conflict (tenant_id) do update
    set auto_recovery = excluded.auto_recovery, dunning_enabled = excluded.dunning_enabled,
        max_tries = excluded.max_tries, deadline_days = excluded.deadline_days, escalation = excluded.escalation,
        missed_periods = excluded.missed_periods, payday_aware = excluded.payday_aware, rails = excluded.rails,
        renewal_reminders = excluded.renewal_reminders, renewal_reminder_days = excluded.renewal_reminder_days,
        quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until, updated_at = excluded.updated_at,
        reply_to = excluded.reply_to"""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RecoverySettings:
    """What a merchant wants done about charges that fail; until they say anything, what is usual.

    Without a policy for missed periods the usual one for the plan's interval holds. Times of quiet hours are the
    payer's local ones. Answers to messages go to `reply_to`; without it payers aren't asked for any.
    """

    dunning: DunningSettings = field(default_factory=DunningSettings)
    auto_recovery: bool = True
    dunning_enabled: bool = True
    missed_periods: MissedPeriods | None = None
    renewal_reminders: bool = True
    renewal_reminder_days: int = 3
    quiet_hours: QuietHours = field(default_factory=QuietHours)
    reply_to: str | None = None
    updated_at: Instant | None = None

    @property
    def plan(self) -> DunningSettings:
        """Return what decisions go by: the quiet hours are part of it where payers are told anything at all."""
        return replace(self.dunning, quiet_hours=self.quiet_hours if self.dunning_enabled else None)


@final
class RecoverySettingsRepository:
    """The tenant's wishes about recovery, one row at most."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    async def get(self) -> RecoverySettings:
        """Read them; a tenant that never said anything has the usual ones."""
        row = await self._session.fetchrow(_GET)
        return RecoverySettings() if row is None else self.read(row)

    async def lock(self) -> RecoverySettings:
        """Read them so that nobody else changes them before this transaction ends."""
        await self._session.execute(_LOCK)
        return await self.get()

    async def put(self, settings: RecoverySettings, *, now: Instant) -> None:
        await self._session.execute(
            _PUT,
            settings.auto_recovery,
            settings.dunning_enabled,
            settings.dunning.max_tries,
            settings.dunning.deadline_days,
            settings.dunning.escalation.value,
            None if settings.missed_periods is None else settings.missed_periods.value,
            settings.dunning.payday_aware.value,
            [rail.value for rail in settings.dunning.rails],
            settings.renewal_reminders,
            settings.renewal_reminder_days,
            settings.quiet_hours.start.to_stdlib(),
            settings.quiet_hours.end.to_stdlib(),
            now,
            settings.reply_to,
        )

    @staticmethod
    def read(row: Record) -> RecoverySettings:
        return RecoverySettings(
            dunning=DunningSettings(
                max_tries=row["max_tries"],
                deadline_days=row["deadline_days"],
                escalation=Escalation(row["escalation"]),
                payday_aware=PaydayAwareness(row["payday_aware"]),
                rails=tuple(Rail(rail) for rail in row["rails"]),
            ),
            auto_recovery=row["auto_recovery"],
            dunning_enabled=row["dunning_enabled"],
            missed_periods=None if row["missed_periods"] is None else MissedPeriods(row["missed_periods"]),
            renewal_reminders=row["renewal_reminders"],
            renewal_reminder_days=row["renewal_reminder_days"],
            quiet_hours=QuietHours(Time(row["quiet_from"]), Time(row["quiet_until"])),
            reply_to=row["reply_to"],
            updated_at=row["updated_at"],
        )
