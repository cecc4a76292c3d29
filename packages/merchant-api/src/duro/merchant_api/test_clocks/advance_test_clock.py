from dataclasses import dataclass
from typing import Final, final

from whenever import Instant, TimeDelta

from duro.billing import TestClock
from duro.db.contexts import RepositoryContexts
from duro.db.due_rounds import DueRound
from duro.db.repositories import Repositories
from duro.kernel import AdvanceId, Clock, FrozenClock, IdFactory, NotFoundError, TenantId, TestClockId
from duro.merchant_api.receipts import NoReceipt, Receipt
from duro.merchant_api.test_clocks.advance_run import AdvanceRun
from duro.merchant_api.test_clocks.due_work import DueWork

_UNSIGNED: Final = NoReceipt()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AdvanceTestClockCommand:
    """Which test clock moves, and where to."""

    clock_id: TestClockId
    to: Instant


@final
class AdvanceTestClock:
    """Lets time pass on a test clock: whatever falls due on the way is done, each at its instant, in order.

    A call does so much; the same call again goes on from there. It finds where a killed one stopped as well, once that
    one's lease is over: the clock is moved before what is due is done, and what was done is due no longer.
    """

    def __init__(
        self, contexts: RepositoryContexts, work: DueWork, ids: IdFactory, clock: Clock, *, lease: TimeDelta
    ) -> None:
        self._contexts = contexts
        self._work = work
        self._ids = ids
        self._clock = clock
        self._lease = lease

    async def execute(
        self, tenant_id: TenantId, command: AdvanceTestClockCommand, receipt: Receipt[TestClock] = _UNSIGNED
    ) -> TestClock:
        """Raise NotFoundError, TestModeOnlyError, or ConflictError `test_clock_behind` or `test_clock_advancing`."""
        run = await self._begin(tenant_id, command, receipt)
        try:
            while True:
                test_clock, due = await self._move(tenant_id, run, receipt)
                if due is None:
                    return test_clock
                await self._work.perform(tenant_id, due, FrozenClock(test_clock.now))
                run.did(due)
        except Exception:
            await self._release(tenant_id, run)
            raise

    async def _begin(
        self, tenant_id: TenantId, command: AdvanceTestClockCommand, receipt: Receipt[TestClock]
    ) -> AdvanceRun:
        async with self._contexts.open(tenant_id) as repos:
            await receipt.claim(repos, self._ids)
            test_clock = await self._locked(repos, command.clock_id)
            now, runner = self._clock.now(), self._ids.new(AdvanceId)
            await repos.test_clocks.update(test_clock.advanced(command.to, runner, at=now, until=now + self._lease))
        return AdvanceRun(command.clock_id, runner, began_at=now)

    async def _move(
        self, tenant_id: TenantId, run: AdvanceRun, receipt: Receipt[TestClock]
    ) -> tuple[TestClock, DueRound | None]:
        """Move the clock to what falls due next, and say what that is: nothing if the call ends here."""
        async with self._contexts.open(tenant_id) as repos:
            test_clock = await self._locked(repos, run.clock_id)
            now = self._clock.now()
            due = await run.next(repos, test_clock.target or test_clock.now)
            if due is not None and not run.is_over(now):
                moved = test_clock.moved(due.due_at, run.id, at=now, until=now + self._lease)
                await repos.test_clocks.update(moved)
                return moved, due
            ended = test_clock.arrived(run.id, at=now) if due is None else test_clock.left(run.id, at=now)
            await repos.test_clocks.update(ended)
            await receipt.sign(repos, ended)
            return ended, None

    async def _release(self, tenant_id: TenantId, run: AdvanceRun) -> None:
        """Let another call go on at once; one that has taken over already keeps the clock."""
        async with self._contexts.open(tenant_id) as repos:
            test_clock = await self._locked(repos, run.clock_id)
            if test_clock.runner == run.id:
                await repos.test_clocks.update(test_clock.left(run.id, at=self._clock.now()))

    @staticmethod
    async def _locked(repos: Repositories, clock_id: TestClockId) -> TestClock:
        test_clock = await repos.test_clocks.lock(clock_id)
        if test_clock is None:
            raise NotFoundError("test clock", clock_id)
        return test_clock
