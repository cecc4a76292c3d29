"""How fast work is put down and taken up, against the same messages through a bare list of the same server.

.venv/bin/python benchmarks/queue_throughput.py
"""

import asyncio
import tempfile
import time
from pathlib import Path

import uvloop
from redis.asyncio import Redis

from duro.crypto import SystemClock, Uuid7IdFactory
from duro.embedded import EmbeddedValkey
from duro.kernel import Mode, SubscriptionId, TenantId
from duro.queue import Job, JobKind, JobPayload, JobQueue, JobWorker

COUNT = 20_000


async def bare(url: str, jobs: list[Job]) -> tuple[float, float]:
    client = Redis.from_url(url)
    started = time.perf_counter()
    for start in range(0, len(jobs), 1_000):
        pipeline = client.pipeline()
        for job in jobs[start : start + 1_000]:
            pipeline.rpush("bare", str(job.payload.encode()))
        await pipeline.execute()
    put = len(jobs) / (time.perf_counter() - started)
    started = time.perf_counter()

    async def take() -> None:
        async with client.client() as own:
            while await own.lpop("bare"):
                pass

    await asyncio.gather(*(take() for _ in range(50)))
    taken = len(jobs) / (time.perf_counter() - started)
    await client.aclose()
    return put, taken


async def ours(url: str, jobs: list[Job]) -> tuple[float, float]:
    queue = JobQueue("billing-test", url)
    started = time.perf_counter()
    await queue.add_many(jobs)
    put = len(jobs) / (time.perf_counter() - started)
    done, all_done = 0, asyncio.Event()

    async def handler(_: JobPayload) -> None:
        nonlocal done
        done += 1
        if done == len(jobs):
            all_done.set()

    started = time.perf_counter()
    worker = JobWorker("billing-test", url, handler, 50)
    task = asyncio.create_task(worker.run())
    await all_done.wait()
    taken = len(jobs) / (time.perf_counter() - started)
    await worker.drain()
    await task
    await queue.close()
    return put, taken


async def main() -> None:
    ids = Uuid7IdFactory(SystemClock())
    tenant_id = ids.new(TenantId)
    jobs = [JobKind.BILLING.job(Mode.TEST, tenant_id, ids.new(SubscriptionId)) for _ in range(COUNT)]
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedValkey(Path(folder))
        url = (await server.start()).url()
        try:
            (our_put, our_taken), (bare_put, bare_taken) = await ours(url, jobs), await bare(url, jobs)
        finally:
            await server.stop()
    print(f"put down:  {our_put:8,.0f} jobs/s   bare list {bare_put:8,.0f}/s")
    print(f"taken up:  {our_taken:8,.0f} jobs/s   bare list {bare_taken:8,.0f}/s   (one process, 50 at once)")


uvloop.run(main())
