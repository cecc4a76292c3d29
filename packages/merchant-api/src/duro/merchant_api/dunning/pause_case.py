from dataclasses import replace
from typing import Final, final

from whenever import Instant, TimeDelta

from duro.db import Repositories, RepositoryContexts
from duro.db.records import DunningEventKind, DunningSchedule
from duro.db.recovery import CaseSubject
from duro.kernel import Clock, ConflictError, DunningScheduleId, IdFactory, NotFoundError, TenantId
from duro.merchant_api.billing.case_events import CaseEvents
from duro.merchant_api.dunning.read_cases import CaseWithAttempts
from duro.merchant_api.receipts import NoReceipt, Receipt
from duro.merchant_api.test_clocks.customer_clocks import CustomerClocks

_UNSIGNED: Final = NoReceipt()


@final
class PauseCase:
    """Lets a recovery case rest until somebody resumes it; the time it rests is given back to it."""

    def __init__(self, contexts: RepositoryContexts, *, ids: IdFactory, clock: Clock) -> None:
        self._contexts = contexts
        self._ids = ids
        self._events = CaseEvents(ids)
        self._clocks = CustomerClocks(clock)

    async def pause(
        self,
        tenant_id: TenantId,
        schedule_id: DunningScheduleId,
        receipt: Receipt[CaseWithAttempts] = _UNSIGNED,
    ) -> CaseWithAttempts:
        """Raise NotFoundError, or ConflictError `case_closed`. A charge in flight is settled all the same."""
        async with self._contexts.open(tenant_id) as repos:
            await receipt.claim(repos, self._ids)
            subject = await self._lock(repos, schedule_id)
            schedule = subject.schedule
            now = (await self._clocks.of(repos, subject.subscription.test_clock_id)).now()
            if schedule.paused_at is None:
                paused = replace(schedule, paused_at=now, wake_at=None, reason="The merchant has paused this case.")
                await self._store(repos, paused, DunningEventKind.PAUSED, now=now)
            return await self._signed(repos, schedule_id, receipt)

    async def resume(
        self,
        tenant_id: TenantId,
        schedule_id: DunningScheduleId,
        receipt: Receipt[CaseWithAttempts] = _UNSIGNED,
    ) -> CaseWithAttempts:
        """Have it decided about anew, with a deadline later by the time it rested."""
        async with self._contexts.open(tenant_id) as repos:
            await receipt.claim(repos, self._ids)
            subject = await self._lock(repos, schedule_id)
            schedule = subject.schedule
            now = (await self._clocks.of(repos, subject.subscription.test_clock_id)).now()
            if schedule.paused_at is not None:
                resumed = self._resumed(schedule, now - schedule.paused_at, now=now)
                await self._store(repos, resumed, DunningEventKind.RESUMED, now=now)
            return await self._signed(repos, schedule_id, receipt)

    @staticmethod
    def _resumed(schedule: DunningSchedule, rested: TimeDelta, *, now: Instant) -> DunningSchedule:
        """Begin again, with the payment method that is the subscription's own by now."""
        return replace(
            schedule,
            paused_at=None,
            wake_at=now,
            action=None,
            cause=None,
            payment_method_id=None,
            next_attempt_at=None,
            deadline_at=None if schedule.deadline_at is None else schedule.deadline_at + rested,
            reason="The merchant has resumed this case.",
        )

    @staticmethod
    async def _signed(
        repos: Repositories, schedule_id: DunningScheduleId, receipt: Receipt[CaseWithAttempts]
    ) -> CaseWithAttempts:
        result = await CaseWithAttempts.of(repos, schedule_id)
        await receipt.sign(repos, result)
        return result

    async def _store(
        self, repos: Repositories, schedule: DunningSchedule, kind: DunningEventKind, *, now: Instant
    ) -> None:
        await repos.dunning.update(schedule)
        await repos.dunning.tell([self._events.of(schedule, kind, now=now)])

    @staticmethod
    async def _lock(repos: Repositories, schedule_id: DunningScheduleId) -> CaseSubject:
        subjects = await repos.recovery.lock([schedule_id])
        if not subjects:
            raise NotFoundError("recovery case", schedule_id)
        if not subjects[0].schedule.is_open:
            code = "case_closed"
            raise ConflictError(code, f"The recovery case is {subjects[0].schedule.state}.")
        return subjects[0]
