from dataclasses import dataclass
from typing import final

from duro.db import Page, PageRequest, Repositories, RepositoryContexts
from duro.db.dispute_rows import Dispute
from duro.db.push_rows import PaymentRequest
from duro.db.records import DunningEvent, DunningSchedule, DunningState, PaymentAttempt
from duro.kernel import CustomerId, DunningScheduleId, Money, NotFoundError, SubscriptionId, TenantId


@final
@dataclass(frozen=True, slots=True)
class CaseWithAttempts:
    """A recovery case with every try to collect its invoice, the first failure among them, and what was asked for."""

    schedule: DunningSchedule
    attempts: tuple[PaymentAttempt, ...]
    requests: tuple[PaymentRequest, ...]
    disputes: tuple[Dispute, ...]

    @classmethod
    async def of(cls, repos: Repositories, schedule_id: DunningScheduleId) -> "CaseWithAttempts":
        """Raise NotFoundError."""
        schedule = await repos.dunning.get(schedule_id)
        if schedule is None:
            raise NotFoundError("recovery case", schedule_id)
        attempts = await repos.attempts.of_invoice(schedule.invoice_id)
        requests = await repos.payment_requests.of_invoices([schedule.invoice_id])
        return cls(schedule, attempts, requests, await repos.disputes.of_charges(attempts))


@final
@dataclass(frozen=True, slots=True)
class RecoveredMoney:
    """A recovered case with what providers kept of all that paid for it; None where one of them didn't say."""

    case: DunningSchedule
    fee: Money | None

    @property
    def net(self) -> Money | None:
        """What is left of it after fees."""
        return None if self.fee is None else self.case.amount - self.fee


@final
class GetCase:
    """Finds one recovery case."""

    def __init__(self, contexts: RepositoryContexts) -> None:
        self._contexts = contexts

    async def execute(self, tenant_id: TenantId, schedule_id: DunningScheduleId) -> CaseWithAttempts:
        """Raise NotFoundError."""
        async with self._contexts.open(tenant_id) as repos:
            return await CaseWithAttempts.of(repos, schedule_id)


@final
class ListCases:
    """Lists recovery cases, newest first, and what happened to one."""

    def __init__(self, contexts: RepositoryContexts) -> None:
        self._contexts = contexts

    async def execute(
        self,
        tenant_id: TenantId,
        page: PageRequest,
        *,
        subscription_id: SubscriptionId | None = None,
        customer_id: CustomerId | None = None,
        state: DunningState | None = None,
    ) -> Page[DunningSchedule]:
        async with self._contexts.open(tenant_id) as repos:
            return await repos.dunning.list(page, subscription_id=subscription_id, customer_id=customer_id, state=state)

    async def recovered(self, tenant_id: TenantId, page: PageRequest) -> Page[RecoveredMoney]:
        """List what was won back, by when its charges failed, with what it cost."""
        async with self._contexts.open(tenant_id) as repos:
            found = await repos.dunning.list(page, state=DunningState.RECOVERED)
            fees = await repos.analytics.fees_of(found.items)
        return Page(
            tuple(RecoveredMoney(case, fees[case.id]) for case in found.items), found.next_cursor, found.has_more
        )

    async def events(
        self, tenant_id: TenantId, schedule_id: DunningScheduleId, page: PageRequest
    ) -> Page[DunningEvent]:
        """Raise NotFoundError for a case there isn't."""
        async with self._contexts.open(tenant_id) as repos:
            if await repos.dunning.get(schedule_id) is None:
                raise NotFoundError("recovery case", schedule_id)
            return await repos.dunning.events(schedule_id, page)
