import asyncio

from duro.queue import DRAIN_SECONDS, JobPayload, JobQueue, QueueSettings

QUICK = QueueSettings(lock_milliseconds=600, stalled_interval_milliseconds=300, blocking_pop_seconds=1)


class Gate:
    """A handler whose jobs finish when told to."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.finished: list[str] = []
        self.cancelled: list[str] = []
        self._gates: dict[str, asyncio.Event] = {}

    def open(self, payload_id: str) -> None:
        self._gates.setdefault(payload_id, asyncio.Event()).set()

    async def __call__(self, payload: JobPayload) -> None:
        self.started.append(payload.id)
        try:
            await self._gates.setdefault(payload.id, asyncio.Event()).wait()
        except asyncio.CancelledError:
            self.cancelled.append(payload.id)
            raise
        self.finished.append(payload.id)


class TestDraining:
    def test_waits_twenty_five_seconds_at_most(self):
        assert DRAIN_SECONDS == 25.0

    async def test_finishes_what_runs_and_takes_no_other(self, redis_url, jobs, workers, eventually):
        gate, queue = Gate(), JobQueue("billing-test", redis_url)
        worker = workers.start(gate, concurrency=2)
        running, waiting = jobs.many(2), jobs.many(5)
        await queue.add_many([*running, *waiting])
        await eventually(lambda: len(gate.started) == 2)
        draining = asyncio.create_task(worker.drain())
        for job in running:
            gate.open(job.payload.id)
        assert await draining
        assert sorted(gate.finished) == sorted(job.payload.id for job in running)
        assert sorted(gate.started) == sorted(gate.finished)
        assert await queue.depth() == 5
        await queue.close()

    async def test_keeps_the_lock_of_the_last_job_after_others_have_finished(
        self, redis_url, jobs, workers, eventually
    ):
        gate, other, queue = Gate(), Gate(), JobQueue("billing-test", redis_url, settings=QUICK)
        worker = workers.start(gate, concurrency=2, settings=QUICK)
        first, last = jobs.many(2)
        await queue.add_many([first, last])
        await eventually(lambda: len(gate.started) == 2)
        draining = asyncio.create_task(worker.drain())
        gate.open(first.payload.id)
        await eventually(lambda: gate.finished == [first.payload.id])
        workers.start(other, settings=QUICK)
        await asyncio.wait({draining}, timeout=5 * QUICK.lock_milliseconds / 1_000)
        assert other.started == []
        gate.open(last.payload.id)
        assert await draining
        assert await queue.depth() == 0
        await queue.close()

    async def test_cuts_short_what_outlasts_it_and_another_worker_does_it(self, redis_url, jobs, workers, eventually):
        gate, other, queue = Gate(), Gate(), JobQueue("billing-test", redis_url, settings=QUICK)
        worker = workers.start(gate, settings=QUICK)
        job = jobs.one()
        await queue.add_many([job])
        await eventually(lambda: len(gate.started) == 1)
        assert not await worker.drain(0.2)
        assert gate.cancelled == [job.payload.id]
        other.open(job.payload.id)
        workers.start(other, settings=QUICK)
        await eventually(lambda: other.finished == [job.payload.id])
        await queue.close()

    async def test_loses_no_job_that_was_being_fetched(self, redis_url, jobs, workers, eventually):
        queue = JobQueue("billing-test", redis_url)
        work = jobs.many(400)
        done: list[str] = []

        async def handler(payload: JobPayload) -> None:
            done.append(payload.id)

        await queue.add_many(work)
        for times in range(8):
            worker = workers.start(handler, concurrency=8)
            await eventually(lambda times=times: len(done) >= 40 * (times + 1))
            assert await worker.drain()
        workers.start(handler, concurrency=8)
        await eventually(lambda: len(done) >= 400, seconds=5)
        assert sorted(done) == sorted(job.payload.id for job in work)
        await queue.close()

    async def test_before_anything_ran_ends_at_once(self, redis_url, workers):
        worker = workers.start(Gate())
        assert await worker.drain()


class TestAHandlerThatIsCancelledByItsOwnCallee:
    async def test_fails_alone_and_is_tried_again(self, redis_url, jobs, workers, eventually):
        settings = QueueSettings(backoff_milliseconds=50, blocking_pop_seconds=1)
        queue = JobQueue("billing-test", redis_url, settings=settings)
        stubborn, fine = jobs.many(2)
        tried: list[str] = []
        release = asyncio.Event()

        async def handler(payload: JobPayload) -> None:
            tried.append(payload.id)
            if payload == stubborn.payload and tried.count(payload.id) == 1:
                raise asyncio.CancelledError
            await release.wait()

        workers.start(handler, settings=settings)
        await queue.add_many([fine, stubborn])
        await eventually(lambda: tried.count(stubborn.payload.id) == 2)
        assert tried.count(fine.payload.id) == 1
        release.set()
        await queue.close()
