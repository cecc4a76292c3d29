from typing import Final, final

from whenever import TimeDelta

from duro.db import RepositoryContexts
from duro.kernel import Clock, IdFactory, TenantId
from duro.merchant_api.messages.message_drafts import MessageDrafts

_MOST_AT_ONCE: Final = 500
_MOST_ROUNDS: Final = 200


@final
class ReminderService:
    """Writes down what payers of a merchant are to be told before their subscriptions renew, once for each renewal."""

    def __init__(self, contexts: RepositoryContexts, *, ids: IdFactory, clock: Clock) -> None:
        self._contexts = contexts
        self._drafts = MessageDrafts(ids)
        self._clock = clock

    async def remind(self, tenant_id: TenantId) -> int:
        """Say how many messages were written."""
        written = 0
        for _ in range(_MOST_ROUNDS):
            found, added = await self._round(tenant_id)
            written += added
            if found < _MOST_AT_ONCE:
                break
        return written

    async def _round(self, tenant_id: TenantId) -> tuple[int, int]:
        async with self._contexts.open(tenant_id) as repos:
            now, wishes = self._clock.now(), await repos.recovery_settings.get()
            renewals = await repos.reminders.unannounced(
                now=now,
                until=now + TimeDelta(hours=24 * wishes.renewal_reminder_days),
                has_renewal_reminders=wishes.renewal_reminders,
                limit=_MOST_AT_ONCE,
            )
            messages = [self._drafts.announced(renewal, now=now) for renewal in renewals]
            return len(renewals), await repos.messages.add(messages) if messages else 0
