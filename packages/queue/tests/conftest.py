import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
from redis.asyncio import Redis

from duro.crypto import SystemClock, Uuid7IdFactory
from duro.kernel import Mode, SubscriptionId, TenantId
from duro.queue import Job, JobKind, JobPayload, JobWorker, QueueSettings


@pytest.fixture
async def redis(redis_url):
    client = Redis.from_url(redis_url, decode_responses=True)
    yield client
    await client.aclose()


class Jobs:
    """Makes jobs about subscriptions that need not exist."""

    def __init__(self) -> None:
        self._ids = Uuid7IdFactory(SystemClock())
        self._tenant_id = self._ids.new(TenantId)

    def one(self, mode: Mode = Mode.TEST) -> Job:
        return JobKind.BILLING.job(mode, self._tenant_id, self._ids.new(SubscriptionId))

    def many(self, count: int) -> list[Job]:
        return [self.one() for _ in range(count)]


@pytest.fixture
def jobs() -> Jobs:
    return Jobs()


class Eventually:
    """Waits for a condition with a deadline, by asking again and again."""

    async def __call__(self, condition: Callable[[], bool | Awaitable[bool]], *, seconds: float = 10.0) -> None:
        deadline = time.monotonic() + seconds
        while True:
            answer = condition()
            if answer if isinstance(answer, bool) else await answer:
                return
            assert time.monotonic() < deadline, f"not within {seconds} s"
            await asyncio.sleep(0.02)


@pytest.fixture
def eventually() -> Eventually:
    return Eventually()


class Workers:
    """Starts workers and ends them with the test."""

    def __init__(self, redis_url: str) -> None:
        self._redis_url = redis_url
        self._started: list[tuple[JobWorker, asyncio.Task[None]]] = []

    def start(
        self,
        handler: Callable[[JobPayload], Awaitable[None]],
        *,
        name: str = "billing-test",
        concurrency: int = 4,
        settings: QueueSettings | None = None,
    ) -> JobWorker:
        worker = JobWorker(name, self._redis_url, handler, concurrency, settings=settings or QueueSettings())
        self._started.append((worker, asyncio.create_task(worker.run())))
        return worker

    async def end(self) -> None:
        for worker, task in self._started:
            await worker.drain(0.1)
            await asyncio.wait_for(task, 10)


@pytest.fixture
async def workers(redis_url):
    workers = Workers(redis_url)
    yield workers
    await workers.end()
