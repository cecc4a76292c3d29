import asyncio
from collections.abc import Awaitable, Callable

import pytest
from bullmq import Queue
from redis.asyncio import Redis
from structlog.testing import capture_logs
from whenever import Instant, TimeDelta

from duro.crypto import SystemClock
from duro.queue import QueueSettings, ScanWorker

SETTINGS = QueueSettings(upsert_seconds=1, blocking_pop_seconds=1)


class CountingScanner:
    def __init__(self, name: str, interval_seconds: int, scan: Callable[[], Awaitable[None]] | None = None) -> None:
        self.name = name
        self.interval_seconds = interval_seconds
        self.scans = 0
        self.was_cancelled = False
        self._scan = scan

    async def scan(self) -> int:
        self.scans += 1
        try:
            if self._scan is not None:
                await self._scan()
        except asyncio.CancelledError:
            self.was_cancelled = True
            raise
        return 0


class Scans:
    def __init__(self, redis_url: str) -> None:
        self._redis_url = redis_url
        self._started: list[tuple[ScanWorker, asyncio.Task[None]]] = []

    def start(self, *scanners: CountingScanner) -> ScanWorker:
        worker = ScanWorker(self._redis_url, scanners, clock=SystemClock(), settings=SETTINGS)
        self._started.append((worker, asyncio.create_task(worker.run())))
        return worker

    async def end(self) -> None:
        for worker, task in self._started:
            await worker.drain()
            await asyncio.wait_for(task, 10)


@pytest.fixture
async def scans(redis_url):
    scans = Scans(redis_url)
    yield scans
    await scans.end()


class TestAScanSchedule:
    def test_is_written_again_every_thirty_seconds(self):
        assert QueueSettings().upsert_seconds == 30

    async def test_ticks_at_once_and_then_on_its_interval(self, scans, eventually):
        scanner = CountingScanner("billing-live", 1)
        scans.start(scanner)
        await eventually(lambda: scanner.scans >= 1, seconds=3)
        await eventually(lambda: scanner.scans >= 3, seconds=6)

    async def test_is_scanned_by_one_worker_per_tick(self, scans, eventually):
        scanners = [CountingScanner("billing-live", 2) for _ in range(3)]
        started = asyncio.get_running_loop().time()
        for scanner in scanners:
            scans.start(scanner)
        await eventually(lambda: sum(scanner.scans for scanner in scanners) >= 3, seconds=10)
        elapsed = asyncio.get_running_loop().time() - started
        assert sum(scanner.scans for scanner in scanners) <= elapsed / 2 + 2

    async def test_goes_on_after_everything_was_flushed(self, redis: Redis, scans, eventually):
        scanner = CountingScanner("billing-live", 1)
        scans.start(scanner)
        await eventually(lambda: scanner.scans >= 1)
        await redis.flushall()
        before = scanner.scans
        await eventually(lambda: scanner.scans >= before + 2, seconds=8)

    async def test_goes_on_after_a_scan_that_failed(self, scans, eventually):
        async def fail() -> None:
            raise RuntimeError("the database is away")

        scanner, healthy = CountingScanner("billing-live", 1, fail), CountingScanner("billing-test", 1)
        with capture_logs() as logs:
            scans.start(scanner, healthy)
            await eventually(lambda: scanner.scans >= 2 and healthy.scans >= 2, seconds=8)
        assert any(entry["event"] == "job_failed" for entry in logs)

    async def test_written_by_a_clock_that_ran_ahead_is_written_anew(self, redis: Redis, redis_url, scans, eventually):
        upcoming = (Instant.now() + TimeDelta(hours=24)).timestamp(unit="millisecond")
        raw = Queue("scan", {"connection": redis, "prefix": "duro"})
        await raw.upsertJobScheduler(
            "billing-live", {"every": 1_000, "startDate": upcoming}, "billing-live", {}, {"removeOnComplete": True}
        )
        [standing] = await raw.getJobSchedulers()
        assert standing["next"] == upcoming
        scanner = CountingScanner("billing-live", 1)
        scans.start(scanner)
        await eventually(lambda: scanner.scans >= 2, seconds=8)

    async def test_of_an_unknown_scanner_disturbs_nobody(self, redis: Redis, scans, eventually):
        raw = Queue("scan", {"connection": redis, "prefix": "duro"})
        await raw.upsertJobScheduler("retired", {"every": 1_000}, "retired", {}, {"removeOnFail": True})
        scanner = CountingScanner("billing-live", 1)
        scans.start(scanner)
        await eventually(lambda: scanner.scans >= 2, seconds=8)


class TestDrainingAScan:
    async def test_cuts_it_short_and_ends(self, scans, eventually):
        scanner = CountingScanner("billing-live", 1, asyncio.Event().wait)
        worker = scans.start(scanner)
        await eventually(lambda: scanner.scans >= 1)
        assert await worker.drain()
        await eventually(lambda: scanner.was_cancelled)
