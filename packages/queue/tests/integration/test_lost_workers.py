import asyncio
import sys
from pathlib import Path

import pytest

from duro.queue import JobPayload, JobQueue, QueueSettings

QUICK = QueueSettings(lock_milliseconds=600, stalled_interval_milliseconds=300, blocking_pop_seconds=1)
KILLS = 4


class Victims:
    """Starts workers in processes of their own, to be killed."""

    def __init__(self, redis_url: str) -> None:
        self._redis_url = redis_url
        self._processes: list[asyncio.subprocess.Process] = []

    async def start(self, *, blocking_seconds: float = 0) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(Path(__file__).parent / "stall_worker.py"),
            self._redis_url,
            str(blocking_seconds),
            str(QUICK.lock_milliseconds),
            stderr=asyncio.subprocess.PIPE,
        )
        self._processes.append(process)
        return process

    async def took(self, process: asyncio.subprocess.Process) -> str:
        assert process.stderr is not None
        return (await asyncio.wait_for(process.stderr.readline(), 20)).decode().strip()

    async def end(self) -> None:
        for process in self._processes:
            if process.returncode is None:
                process.kill()
                await process.wait()


@pytest.fixture
async def victims(redis_url):
    victims = Victims(redis_url)
    yield victims
    await victims.end()


class TestAJobWhoseWorkerIsKilled:
    async def test_runs_again_each_time_and_can_be_added_again(self, redis_url, jobs, victims, workers, eventually):
        queue = JobQueue("billing-test", redis_url, settings=QUICK)
        job = jobs.one()
        await queue.add_many([job])
        for _ in range(KILLS):
            victim = await victims.start()
            assert await victims.took(victim) == job.payload.id
            victim.kill()
            await victim.wait()
        done: list[JobPayload] = []

        async def handler(payload: JobPayload) -> None:
            done.append(payload)

        workers.start(handler, settings=QUICK)
        await eventually(lambda: done == [job.payload])
        await queue.add_many([job])
        await eventually(lambda: done == [job.payload] * 2)
        await queue.close()


class TestAnEventLoopThatIsBlockedLongerThanItsLock:
    async def test_lets_a_second_worker_run_the_same_job(self, redis_url, jobs, victims, workers, eventually):
        """Why every handler is fenced by the database: the queue can't promise that a job runs once at a time."""
        queue = JobQueue("billing-test", redis_url, settings=QUICK)
        job = jobs.one()
        await queue.add_many([job])
        blocked = await victims.start(blocking_seconds=30)
        assert await victims.took(blocked) == job.payload.id
        second: list[JobPayload] = []

        async def handler(payload: JobPayload) -> None:
            second.append(payload)

        workers.start(handler, settings=QUICK)
        await eventually(lambda: second == [job.payload])
        assert blocked.returncode is None
        await queue.close()
