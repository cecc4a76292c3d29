from collections.abc import Sequence

import pytest
from redis.asyncio import Redis
from whenever import TimeDelta

from duro.billing import SubscriptionStatus
from duro.billing_worker.due_scanner import DueScanner
from duro.db import DatabasePool
from duro.db.sweeps import Sweeps
from duro.kernel import Mode, SubscriptionId, TenantId
from duro.queue import JobKind, JobQueue, QueueSettings
from duro.testkit.builders import SubscriptionBuilder
from duro.testkit.deadline import Deadline

SMALL = QueueSettings(waiting_limit=20, chunk_size=5)


class FakeSweep:
    """A mode with this much due; what is done is no longer due."""

    def __init__(self, due: Sequence[tuple[TenantId, SubscriptionId]]) -> None:
        self.due = list(due)
        self.asked: list[tuple[Mode, int]] = []

    async def due_subscriptions(self, mode, now, *, limit_per_tenant, total):
        self.asked.append((mode, total))
        return self.due[: min(limit_per_tenant, total)]


class Pauses:
    """Stands in for waiting: each pause lets the workers get through this many jobs."""

    def __init__(self, queue: JobQueue, sweep: FakeSweep, done_each: int, redis) -> None:
        self.count = 0
        self._queue = queue
        self._sweep = sweep
        self._done_each = done_each
        self._redis = redis

    async def __call__(self, seconds: float) -> None:
        self.count += 1
        for _ in range(self._done_each):
            job_id = await self._redis.rpop(f"duro:{self._queue.name}:wait")
            if job_id is not None:
                await self._redis.delete(f"duro:{self._queue.name}:{job_id}")
                self._sweep.due = [pair for pair in self._sweep.due if not job_id.endswith(str(pair[1]))]


@pytest.fixture
async def redis(redis_url):
    client = Redis.from_url(redis_url, decode_responses=True)
    yield client
    await client.aclose()


@pytest.fixture
async def queue(redis_url):
    queue = JobQueue("billing-live", redis_url, settings=SMALL)
    yield queue
    await queue.close()


class TestTheDueScanner:
    def _scanner(self, sweep, queue, clock, *, pause=None, interval_seconds=60) -> DueScanner:
        extra = {} if pause is None else {"pause": pause}
        return DueScanner(
            JobKind.BILLING,
            mode=Mode.LIVE,
            due=sweep.due_subscriptions,
            queue=queue,
            clock=clock,
            interval_seconds=interval_seconds,
            **extra,
        )

    async def test_puts_what_is_due_on_the_queue(self, made, queue, clock, redis):
        sweep = FakeSweep(made.subscriptions(3))
        assert await self._scanner(sweep, queue, clock).scan() == 3
        waiting = await redis.lrange("duro:billing-live:wait", 0, -1)
        assert sorted(waiting) == sorted(f"billing_live_{subscription_id}" for _, subscription_id in sweep.due)

    async def test_collapses_with_the_scan_before(self, made, queue, clock):
        scanner = self._scanner(FakeSweep(made.subscriptions(3)), queue, clock)
        await scanner.scan()
        assert await scanner.scan() == 0
        assert await queue.waiting() == 3

    async def test_never_lets_more_than_the_limit_wait(self, made, queue, clock, redis):
        sweep = FakeSweep(made.subscriptions(100))
        pauses = Pauses(queue, sweep, 0, redis)
        await self._scanner(sweep, queue, clock, pause=pauses, interval_seconds=5).scan()
        assert await queue.waiting() <= SMALL.waiting_limit

    async def test_tops_up_again_while_a_backlog_is_worked_off(self, made, queue, clock, redis):
        sweep = FakeSweep(made.subscriptions(70))
        pauses = Pauses(queue, sweep, 6, redis)
        assert await self._scanner(sweep, queue, clock, pause=pauses).scan() >= 60
        assert len(sweep.due) < 20

    async def test_ends_before_its_next_tick(self, made, queue, clock, redis):
        sweep = FakeSweep(made.subscriptions(100))
        pauses = Pauses(queue, sweep, 0, redis)
        await self._scanner(sweep, queue, clock, pause=pauses, interval_seconds=10).scan()
        assert pauses.count == 9

    async def test_is_called_after_its_queue(self, made, queue, clock):
        assert self._scanner(FakeSweep([]), queue, clock).name == "billing-live"


class TestTheDueScannerOverRealRows:
    async def test_finds_the_due_of_every_tenant_of_its_mode_in_turn(self, stage, database, redis, queue, clock):
        active, past_due = SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE
        later = clock.now() + TimeDelta(hours=1)
        merchants = [(await stage.merchant()).in_mode(Mode.LIVE) for _ in range(2)]
        due = [
            [await merchant.subscription(builder=SubscriptionBuilder(status=active)) for _ in range(3)]
            for merchant in merchants
        ]
        await merchants[0].subscription(builder=SubscriptionBuilder(status=past_due))
        await merchants[0].subscription(builder=SubscriptionBuilder(status=active, current_period_end=later))
        await merchants[0].in_mode(Mode.TEST).subscription()
        pool = await DatabasePool.open(database.sweep_url, max_size=2)
        scanner = DueScanner(
            JobKind.BILLING,
            mode=Mode.LIVE,
            due=Sweeps(pool).due_subscriptions,
            queue=queue,
            clock=clock,
            interval_seconds=60,
            pause=Deadline,
        )
        assert await scanner.scan() == 6
        await pool.close()
        waiting = await redis.lrange("duro:billing-live:wait", 0, -1)
        waiting.reverse()
        owner = {str(subscription.id): index for index, group in enumerate(due) for subscription in group}
        turns = [owner[job_id.removeprefix("billing_live_")] for job_id in waiting]
        assert turns in ([0] * 3 + [1] * 3, [1] * 3 + [0] * 3)
