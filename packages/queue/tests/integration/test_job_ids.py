import asyncio

from bullmq import Queue
from structlog.testing import capture_logs

from duro.kernel import Mode
from duro.queue import JobPayload, JobQueue, QueueSettings

IMPATIENT = QueueSettings(attempts=2, backoff_milliseconds=50, blocking_pop_seconds=1)


class TestAJobId:
    async def test_is_free_again_after_completion(self, redis_url, jobs, workers, eventually):
        done: list[JobPayload] = []

        async def handler(payload: JobPayload) -> None:
            done.append(payload)

        queue = JobQueue("billing-test", redis_url)
        workers.start(handler)
        job = jobs.one()
        for times in (1, 2, 3):
            await queue.add_many([job])
            await eventually(lambda times=times: len(done) == times)

            async def is_empty() -> bool:
                return await queue.depth() == 0

            await eventually(is_empty)
        assert done == [job.payload] * 3
        await queue.close()

    async def test_is_free_again_after_the_last_failure(self, redis_url, jobs, workers, eventually):
        tried = 0

        async def handler(_: JobPayload) -> None:
            nonlocal tried
            tried += 1
            raise RuntimeError("no")

        queue = JobQueue("billing-test", redis_url, settings=IMPATIENT)
        workers.start(handler, settings=IMPATIENT)
        job = jobs.one()
        with capture_logs() as logs:

            def failures() -> list[str]:
                return [entry["job"] for entry in logs if entry["event"] == "job_failed"]

            for times in (2, 4):
                await queue.add_many([job])
                await eventually(lambda times=times: tried == times)

                async def is_empty() -> bool:
                    return await queue.depth() == 0

                await eventually(is_empty)
                await eventually(lambda times=times: failures() == [job.id] * times)
        await queue.close()

    async def test_collapses_while_it_waits(self, redis_url, jobs):
        queue = JobQueue("billing-test", redis_url)
        job = jobs.one()
        await queue.add_many([job, job])
        await queue.add_many([job])
        assert await queue.waiting() == 1
        await queue.close()

    async def test_collapses_while_it_runs(self, redis_url, jobs, workers, eventually):
        release = asyncio.Event()
        started = 0

        async def handler(_: JobPayload) -> None:
            nonlocal started
            started += 1
            await release.wait()

        queue = JobQueue("billing-test", redis_url)
        workers.start(handler)
        job = jobs.one()
        await queue.add_many([job])
        await eventually(lambda: started == 1)
        await queue.add_many([job])
        assert await queue.depth() == 1
        assert await queue.waiting() == 0
        release.set()
        await queue.close()

    async def test_of_one_mode_waits_apart_from_the_other(self, redis_url, jobs):
        test, live = JobQueue("billing-test", redis_url), JobQueue("billing-live", redis_url)
        await test.add_many(jobs.many(3))
        await live.add_many([jobs.one(Mode.LIVE)])
        assert (await test.waiting(), await live.waiting()) == (3, 1)
        await test.close()
        await live.close()


class TestAMalformedJob:
    async def test_is_thrown_away_without_a_retry(self, redis_url, redis, workers, eventually):
        handled: list[JobPayload] = []

        async def handler(payload: JobPayload) -> None:
            handled.append(payload)

        raw = Queue("billing-test", {"connection": redis, "prefix": "duro"})
        with capture_logs() as logs:
            await raw.add("x", {"mode": "test", "amount": "1"}, {"jobId": "odd", "attempts": 5, "removeOnFail": True})
            workers.start(handler)
            await eventually(lambda: any(entry["event"] == "job_failed" for entry in logs))
        queue = JobQueue("billing-test", redis_url)
        assert await queue.depth() == 0
        assert handled == []
        await queue.close()
