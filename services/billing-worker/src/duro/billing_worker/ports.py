from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from whenever import Instant

from duro.kernel import Mode, PaymentAttemptId, RefundId, SubscriptionId, TenantId
from duro.merchant_api.billing import Renewal, RenewalOutcome


class Renewals(Protocol):
    """Renews subscriptions of one tenant that are due, each for its next period; each is told of once it is settled."""

    def renew_each(
        self, tenant_id: TenantId, subscription_ids: Sequence[SubscriptionId]
    ) -> AsyncIterator[tuple[SubscriptionId, Renewal]]: ...


class OneRenewal(Protocol):
    """Renews one subscription if it is due, for its next period."""

    async def renew(self, tenant_id: TenantId, subscription_id: SubscriptionId) -> Renewal: ...


class PendingAttempts(Protocol):
    """Finds out what became of one attempt and settles it."""

    async def resolve(self, tenant_id: TenantId, attempt_id: PaymentAttemptId) -> RenewalOutcome: ...


class PendingRefunds(Protocol):
    """Sends one refund; the word for what came of it, or None if there was nothing to do."""

    async def process(self, tenant_id: TenantId, refund_id: RefundId) -> str | None: ...


class IncompleteStarts(Protocol):
    """Takes one unfinished start further, or gives it up."""

    async def drive(self, tenant_id: TenantId, subscription_id: SubscriptionId) -> RenewalOutcome: ...


class DueSweep(Protocol):
    """Ids of what is due over all tenants of a mode, the tenants taking turns."""

    async def due_subscriptions(
        self, mode: Mode, now: Instant, *, limit_per_tenant: int, total: int
    ) -> Sequence[tuple[TenantId, SubscriptionId]]: ...


class PendingSweep(Protocol):
    """Ids of what is pending and whose lease is over, over all tenants of a mode, the oldest first."""

    async def pending_attempts(
        self, mode: Mode, now: Instant, *, limit: int
    ) -> Sequence[tuple[TenantId, PaymentAttemptId]]: ...

    async def pending_refunds(self, mode: Mode, now: Instant, *, limit: int) -> Sequence[tuple[TenantId, RefundId]]: ...


class IncompleteSweep(Protocol):
    """Ids of starts that wait for their first payment, over all tenants of a mode, the newest first."""

    async def incomplete_subscriptions(
        self, mode: Mode, *, created_from: Instant = Instant.MIN, created_before: Instant, limit: int
    ) -> Sequence[tuple[TenantId, SubscriptionId]]: ...
