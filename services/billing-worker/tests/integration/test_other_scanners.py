import asyncio

from whenever import Instant, TimeDelta

from duro.billing_worker.incomplete_scanner import IncompleteScanner
from duro.billing_worker.pending_scanner import PendingScanner
from duro.billing_worker.reminder_scanner import ReminderScanner
from duro.crypto import SystemClock, Uuid7IdFactory
from duro.kernel import Mode, PaymentAttemptId, PaymentMethodId, PaymentRequestId, RefundId, TenantId
from duro.queue import JobPayload, JobQueue, JobWorker
from duro.testkit.deadline import Deadline

IDS = Uuid7IdFactory(SystemClock())


class FakeSweep:
    def __init__(self, *, attempts=(), refunds=(), requests=(), mandates=(), starts=()) -> None:
        self._attempts, self._refunds, self._requests, self._starts = attempts, refunds, requests, starts
        self._mandates = mandates
        self.windows: list[tuple[Instant, Instant]] = []

    async def pending_attempts(self, mode, now, *, limit):
        return self._attempts

    async def pending_refunds(self, mode, now, *, limit):
        return self._refunds

    async def due_payment_requests(self, mode, now, *, total):
        return self._requests

    async def due_mandates(self, mode, now, *, total):
        return self._mandates

    async def incomplete_subscriptions(self, mode, *, created_from=Instant.MIN, created_before, limit):
        self.windows.append((created_from, created_before))
        return [] if created_from == Instant.MIN else self._starts


async def worked_off(name: str, redis_url: str, count: int) -> list[JobPayload]:
    seen: list[JobPayload] = []

    async def handler(payload: JobPayload) -> None:
        seen.append(payload)

    worker = JobWorker(name, redis_url, handler, 4)
    task = asyncio.create_task(worker.run())
    await Deadline(10).until(lambda: len(seen) >= count)
    await worker.drain()
    await task
    return seen


class TestThePendingScanner:
    async def test_puts_all_that_waits_for_an_answer_on_one_queue(self, made, redis_url, clock):
        attempt, refund, request = IDS.new(PaymentAttemptId), IDS.new(RefundId), IDS.new(PaymentRequestId)
        mandate = IDS.new(PaymentMethodId)
        queue = JobQueue("pending-test", redis_url)
        sweep = FakeSweep(
            attempts=[(made.tenant, attempt)],
            refunds=[(made.tenant, refund)],
            requests=[(made.tenant, request)],
            mandates=[(made.tenant, mandate)],
        )
        scanner = PendingScanner(mode=Mode.TEST, sweep=sweep, queue=queue, clock=clock, interval_seconds=15)
        assert (scanner.name, scanner.interval_seconds) == ("pending-test", 15)
        assert await scanner.scan() == 4
        seen = await worked_off("pending-test", redis_url, 4)
        assert {payload.id for payload in seen} == {str(attempt), str(refund), str(request), str(mandate)}
        await queue.close()


class TestTheIncompleteScanner:
    async def test_leaves_starts_alone_that_a_request_may_still_work_on(self, made, redis_url, clock):
        queue = JobQueue("incomplete-test", redis_url)
        [(tenant_id, subscription_id)] = made.subscriptions(1)
        sweep = FakeSweep(starts=[(tenant_id, subscription_id)])
        scanner = IncompleteScanner(mode=Mode.TEST, sweep=sweep, queue=queue, clock=clock, interval_seconds=600)
        assert await scanner.scan() == 1
        over = clock.now() - TimeDelta(hours=23)
        assert sweep.windows == [(Instant.MIN, over), (over, clock.now() - TimeDelta(minutes=2))]
        assert [payload.id for payload in await worked_off("incomplete-test", redis_url, 1)] == [str(subscription_id)]
        await queue.close()


class PagedSweep:
    """Merchants with renewals to come, a page at a time."""

    def __init__(self, tenants: list[TenantId]) -> None:
        self._tenants = sorted(tenants, key=lambda one: one.value)
        self.asked: list[tuple[Instant, TenantId | None]] = []

    async def renewing_tenants(self, mode, now, *, until, after, limit):
        self.asked.append((until, after))
        left = [one for one in self._tenants if after is None or one.value > after.value]
        return left[:limit]


class TestTheReminderScanner:
    async def test_queues_one_job_for_each_merchant_page_after_page(self, redis_url, clock):
        tenants = [IDS.new(TenantId) for _ in range(1_003)]
        queue, sweep = JobQueue("reminders-test", redis_url), PagedSweep(tenants)
        scanner = ReminderScanner(mode=Mode.TEST, sweep=sweep, queue=queue, clock=clock, interval_seconds=3_600)
        assert (scanner.name, scanner.interval_seconds) == ("reminders-test", 3_600)
        assert await scanner.scan() == 1_003
        assert await scanner.scan() == 0
        assert await queue.waiting() == 1_003
        assert {until for until, _ in sweep.asked} == {clock.now() + TimeDelta(hours=24 * 30)}
        await queue.close()
