from typing import final

from duro.db import RepositoryContexts
from duro.db.records import PaymentAttempt
from duro.kernel import Clock, PaymentAttemptId, TenantId
from duro.merchant_api.billing import PendingService
from duro.merchant_api.inbound.told_attempt import ToldAttempt


@final
class LookUpTransaction:
    """Asks the provider now what became of a charge, for a payer who waits for that; nothing is sent."""

    def __init__(self, contexts: RepositoryContexts, pending: PendingService, *, clock: Clock) -> None:
        self._contexts = contexts
        self._pending = pending
        self._clock = clock

    async def execute(self, tenant_id: TenantId, attempt_id: PaymentAttemptId) -> PaymentAttempt:
        """Return the attempt as it stands then; one that isn't pending is returned without asking.

        Raise NotFoundError, or ConflictError `test_clock_advancing`.
        """
        told = await ToldAttempt.read(self._contexts, tenant_id, attempt_id, clock=self._clock)
        await self._pending.on(told.clock).look_up_now(tenant_id, told.attempt)
        async with self._contexts.open(tenant_id) as repos:
            return await repos.attempts.get(attempt_id) or told.attempt
