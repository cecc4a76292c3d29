from dataclasses import dataclass, replace
from typing import Final, final

from duro.billing import MissedPeriods
from duro.billing.messages import QuietHours
from duro.billing.recovery import Escalation, PaydayAwareness, Rail
from duro.db import RepositoryContexts
from duro.db.recovery_settings import RecoverySettings
from duro.email import Mailbox, MalformedMailboxError
from duro.kernel import Clock, Fault, IdFactory, InvalidInputError, TenantId
from duro.merchant_api.given import KEPT, MaybeGiven
from duro.merchant_api.receipts import NoReceipt, Receipt

_UNSIGNED: Final = NoReceipt()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateRecoverySettingsCommand:
    """What changes; what is not given stays."""

    auto_recovery: MaybeGiven[bool] = KEPT
    dunning_enabled: MaybeGiven[bool] = KEPT
    max_tries: MaybeGiven[int] = KEPT
    deadline_days: MaybeGiven[int] = KEPT
    escalation: MaybeGiven[Escalation] = KEPT
    missed_periods: MaybeGiven[MissedPeriods | None] = KEPT
    payday_aware: MaybeGiven[PaydayAwareness] = KEPT
    rails: MaybeGiven[tuple[Rail, ...]] = KEPT
    renewal_reminders: MaybeGiven[bool] = KEPT
    renewal_reminder_days: MaybeGiven[int] = KEPT
    quiet_hours: MaybeGiven[QuietHours] = KEPT
    reply_to: MaybeGiven[str | None] = KEPT

    def over(self, current: RecoverySettings) -> RecoverySettings:
        """Raise InvalidInputError with every fault of what recovery itself would refuse."""
        dunning = current.dunning
        return replace(
            current,
            dunning=replace(
                dunning,
                max_tries=self.max_tries.over(dunning.max_tries),
                deadline_days=self.deadline_days.over(dunning.deadline_days),
                escalation=self.escalation.over(dunning.escalation),
                payday_aware=self.payday_aware.over(dunning.payday_aware),
                rails=self.rails.over(dunning.rails),
            ),
            auto_recovery=self.auto_recovery.over(current.auto_recovery),
            dunning_enabled=self.dunning_enabled.over(current.dunning_enabled),
            missed_periods=self.missed_periods.over(current.missed_periods),
            renewal_reminders=self.renewal_reminders.over(current.renewal_reminders),
            renewal_reminder_days=self.renewal_reminder_days.over(current.renewal_reminder_days),
            quiet_hours=self.quiet_hours.over(current.quiet_hours),
            reply_to=self.reply_to.over(current.reply_to),
        )


@final
class UpdateRecoverySettings:
    """Changes what is done about charges that fail, from the next decision about each case on."""

    def __init__(self, contexts: RepositoryContexts, ids: IdFactory, clock: Clock) -> None:
        self._contexts = contexts
        self._ids = ids
        self._clock = clock

    async def execute(
        self,
        tenant_id: TenantId,
        command: UpdateRecoverySettingsCommand,
        receipt: Receipt[RecoverySettings] = _UNSIGNED,
    ) -> RecoverySettings:
        """Raise InvalidInputError."""
        self._require_address(command.reply_to.over(None))
        async with self._contexts.open(tenant_id) as repos:
            await receipt.claim(repos, self._ids)
            now = self._clock.now()
            changed = replace(command.over(await repos.recovery_settings.lock()), updated_at=now)
            await repos.recovery_settings.put(changed, now=now)
            await receipt.sign(repos, changed)
        return changed

    @staticmethod
    def _require_address(reply_to: str | None) -> None:
        try:
            _ = None if reply_to is None else Mailbox(reply_to).header
        except MalformedMailboxError as error:
            raise InvalidInputError([Fault("replyTo", str(error))]) from error
