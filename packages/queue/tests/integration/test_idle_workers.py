from importlib.metadata import version

from bullmq import Queue

from duro.queue import JobPayload
from duro.queue.connection import RedisConnector


class TestAWorkerThatHasBeenIdle:
    async def test_runs_a_job_that_was_delayed_beyond_its_blocking_pops(self, redis, jobs, workers, eventually):
        """A socket time-out shorter than the blocking pop makes delayed jobs wait for ever, in silence."""
        done: list[JobPayload] = []

        async def handler(payload: JobPayload) -> None:
            done.append(payload)

        workers.start(handler)
        raw = Queue("billing-test", {"connection": redis, "prefix": "duro"})
        job = jobs.one()
        await raw.add("later", job.payload.encode(), {"jobId": job.id, "delay": 12_000})
        await eventually(lambda: done == [job.payload], seconds=20)

    def test_never_has_a_socket_time_out_below_the_blocking_pop(self, redis_url):
        client = RedisConnector(redis_url).open()
        assert client.connection_pool.connection_kwargs["socket_timeout"] > 10

    def test_stands_on_a_client_library_older_than_eight(self):
        """Redis-py 8 has a socket time-out of its own that is shorter than the blocking pop."""
        assert int(version("redis").split(".")[0]) < 8
