import asyncio

from redis.asyncio import Redis

from duro.embedded import EmbeddedValkey
from duro.queue import JobPayload, JobQueue, JobWorker, RedisProbe


class TestAFlushedServer:
    async def test_leaves_its_workers_working(self, redis_url, redis: Redis, jobs, workers, eventually):
        release = asyncio.Event()
        seen: list[str] = []

        async def handler(payload: JobPayload) -> None:
            seen.append(payload.id)
            await release.wait()

        queue = JobQueue("billing-test", redis_url)
        workers.start(handler)
        before, after = jobs.many(3), jobs.many(3)
        await queue.add_many(before)
        await eventually(lambda: len(seen) == 3)
        await redis.flushall()
        release.set()
        await queue.add_many([*before, *after])
        await eventually(lambda: len(seen) == 9)
        assert sorted(seen[3:]) == sorted(job.payload.id for job in (*before, *after))
        await queue.close()


class TestARestartedServer:
    async def test_has_its_workers_back_within_seconds(self, server_home, jobs, eventually):
        server = EmbeddedValkey(server_home)
        url = (await server.start()).url()
        seen: list[str] = []

        async def handler(payload: JobPayload) -> None:
            seen.append(payload.id)

        worker = JobWorker("billing-test", url, handler, 4)
        task = asyncio.create_task(worker.run())
        queue, probe = JobQueue("billing-test", url), RedisProbe(url)
        await queue.add_many(jobs.many(1))
        await eventually(lambda: len(seen) == 1)
        await server.stop()
        assert not await probe.is_reachable()
        await server.start()
        await eventually(probe.is_reachable)
        await queue.add_many(jobs.many(1))
        await eventually(lambda: len(seen) == 2, seconds=5)
        assert await worker.drain(5)
        await asyncio.wait_for(task, 5)
        await queue.close()
        await probe.close()
        await server.stop()

    async def test_may_be_started_after_its_workers(self, server_home, jobs, eventually):
        server = EmbeddedValkey(server_home)
        url = (await server.start()).url()
        await server.stop()
        seen: list[str] = []

        async def handler(payload: JobPayload) -> None:
            seen.append(payload.id)

        worker = JobWorker("billing-test", url, handler, 4)
        task = asyncio.create_task(worker.run())
        await asyncio.wait({task}, timeout=2)
        assert not task.done()
        await server.start()
        queue = JobQueue("billing-test", url)
        await queue.add_many(jobs.many(1))
        await eventually(lambda: len(seen) == 1)
        await worker.drain(5)
        await asyncio.wait_for(task, 5)
        await queue.close()
        await server.stop()
