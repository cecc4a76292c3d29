from collections.abc import AsyncIterator, Sequence
from typing import Protocol, TypeVar

from whenever import Instant

from duro.kernel import (
    EntityId,
    Mode,
    PaymentAttemptId,
    PaymentMethodId,
    PaymentRequestId,
    RefundId,
    SubscriptionId,
    TenantId,
)
from duro.merchant_api.billing import RenewalOutcome

Subject = TypeVar("Subject", bound=EntityId)
Result = TypeVar("Result")
Result_co = TypeVar("Result_co", covariant=True)
Subject_contra = TypeVar("Subject_contra", bound=EntityId, contravariant=True)
Subject_co = TypeVar("Subject_co", bound=EntityId, covariant=True)


class WorksOnEach(Protocol[Subject, Result_co]):
    """Works on subjects of one tenant together, and tells of each once it is settled."""

    def __call__(
        self, tenant_id: TenantId, subjects: Sequence[Subject], /
    ) -> AsyncIterator[tuple[Subject, Result_co]]: ...


class WorksOnOne(Protocol[Subject_contra, Result_co]):
    """Works on one subject: renews a subscription, takes a recovery case further, sends a message."""

    async def __call__(self, tenant_id: TenantId, subject: Subject_contra, /) -> Result_co: ...


class PendingAttempts(Protocol):
    """Finds out what became of one attempt and settles it."""

    async def resolve(self, tenant_id: TenantId, attempt_id: PaymentAttemptId) -> RenewalOutcome: ...


class PendingRefunds(Protocol):
    """Sends one refund; the word for what came of it, or None if there was nothing to do."""

    async def process(self, tenant_id: TenantId, refund_id: RefundId) -> str | None: ...


class PaymentRequests(Protocol):
    """Opens one request for pushed money, or finds what came of it; the word for that."""

    async def process(self, tenant_id: TenantId, request_id: PaymentRequestId) -> str: ...


class Mandates(Protocol):
    """Asks a provider how one mandate stands, or ends it there; the word for how it stands, None if there is none."""

    async def refresh(self, tenant_id: TenantId, method_id: PaymentMethodId) -> str | None: ...


class IncompleteStarts(Protocol):
    """Takes one unfinished start further, or gives it up."""

    async def drive(self, tenant_id: TenantId, subscription_id: SubscriptionId) -> RenewalOutcome: ...


class Reminds(Protocol):
    """Writes down what payers of a tenant are to be told before their subscriptions renew; says how much it was."""

    async def remind(self, tenant_id: TenantId) -> int: ...


class RenewalSweep(Protocol):
    """Tenants of whom subscriptions renew soon, in the order of their ids."""

    async def renewing_tenants(
        self, mode: Mode, now: Instant, *, until: Instant, after: TenantId | None, limit: int
    ) -> Sequence[TenantId]: ...


class ReadsDue(Protocol[Subject_co]):
    """Ids of what is due over all tenants of a mode, the tenants taking turns."""

    async def __call__(
        self, mode: Mode, now: Instant, *, limit_per_tenant: int, total: int
    ) -> Sequence[tuple[TenantId, Subject_co]]: ...


class PendingSweep(Protocol):
    """Ids of what is pending and whose lease is over, over all tenants of a mode, the oldest first."""

    async def pending_attempts(
        self, mode: Mode, now: Instant, *, limit: int
    ) -> Sequence[tuple[TenantId, PaymentAttemptId]]: ...

    async def pending_refunds(self, mode: Mode, now: Instant, *, limit: int) -> Sequence[tuple[TenantId, RefundId]]: ...

    async def due_payment_requests(
        self, mode: Mode, now: Instant, *, total: int
    ) -> Sequence[tuple[TenantId, PaymentRequestId]]: ...

    async def due_mandates(
        self, mode: Mode, now: Instant, *, total: int
    ) -> Sequence[tuple[TenantId, PaymentMethodId]]: ...


class IncompleteSweep(Protocol):
    """Ids of starts that wait for their first payment, over all tenants of a mode, the newest first."""

    async def incomplete_subscriptions(
        self, mode: Mode, *, created_from: Instant = Instant.MIN, created_before: Instant, limit: int
    ) -> Sequence[tuple[TenantId, SubscriptionId]]: ...
