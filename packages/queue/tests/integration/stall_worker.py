"""A worker in a process of its own: it reports each job it takes, then never finishes, or blocks its event loop."""

import asyncio
import sys
import time

from duro.queue import JobPayload, JobWorker, QueueSettings


async def main(url: str, blocking_seconds: float, lock_milliseconds: int) -> None:
    async def handler(payload: JobPayload) -> None:
        sys.stderr.write(f"{payload.id}\n")
        sys.stderr.flush()
        if blocking_seconds:
            time.sleep(blocking_seconds)  # noqa: ASYNC251  the very thing under test
            return
        await asyncio.Event().wait()

    settings = QueueSettings(lock_milliseconds=lock_milliseconds, stalled_interval_milliseconds=lock_milliseconds // 2)
    await JobWorker("billing-test", url, handler, 1, settings=settings).run()


asyncio.run(main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3])))
