from dataclasses import dataclass
from typing import final

from duro.db import RepositoryContexts
from duro.db.records import PaymentAttempt
from duro.kernel import Clock, NotFoundError, PaymentAttemptId, TenantId
from duro.merchant_api.test_clocks import CustomerClocks


@final
@dataclass(frozen=True, slots=True)
class ToldAttempt:
    """An attempt that a provider told something about, and the clock its payer lives by."""

    attempt: PaymentAttempt
    clock: Clock

    @classmethod
    async def read(
        cls, contexts: RepositoryContexts, tenant_id: TenantId, attempt_id: PaymentAttemptId, *, clock: Clock
    ) -> "ToldAttempt":
        """Raise NotFoundError, or ConflictError `test_clock_advancing`."""
        async with contexts.open(tenant_id) as repos:
            attempt = await repos.attempts.get(attempt_id)
            if attempt is None:
                raise NotFoundError("transaction", attempt_id)
            subscription = await repos.subscriptions.get(attempt.subscription_id)
            if subscription is None:
                raise NotFoundError("subscription", attempt.subscription_id)
            return cls(attempt, await CustomerClocks(clock).of(repos, subscription.test_clock_id))
