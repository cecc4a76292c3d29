import asyncio
from collections.abc import Mapping, Sequence
from typing import final

import structlog

from duro.queue import DRAIN_SECONDS, JobWorker, ScanWorker


@final
class Crew:
    """The scans and the workers that run together: started together, drained together, used once."""

    def __init__(self, scans: ScanWorker, workers: Sequence[JobWorker]) -> None:
        self._scans = scans
        self._workers = tuple(workers)
        self._tasks: list[asyncio.Task[None]] = []
        self._log = structlog.stdlib.get_logger("duro.billing_worker")

    @property
    def in_progress(self) -> Mapping[str, int]:
        """How many jobs run, by queue."""
        return {worker.name: worker.in_progress for worker in self._workers}

    @property
    def has_failed(self) -> bool:
        """Say whether a member stopped although nobody drained it: its queue would be left without hands."""
        return any(task.done() for task in self._tasks)

    def start(self) -> None:
        self._tasks = [asyncio.create_task(member.run()) for member in (self._scans, *self._workers)]
        self._log.info("working", queues=[worker.name for worker in self._workers])

    async def drain(self, seconds: float = DRAIN_SECONDS) -> bool:
        """Take nothing more and finish what runs, for at most the given time; say whether all of it finished."""
        self._log.info("draining", jobs=sum(self.in_progress.values()))
        finished = await asyncio.gather(self._scans.drain(), *(worker.drain(seconds) for worker in self._workers))
        ended, running = await asyncio.wait(self._tasks, timeout=5.0)
        for task in running:
            task.cancel()
        for task in ended:
            if not task.cancelled() and (error := task.exception()):
                self._log.error("member_failed", error=repr(error))
        self._log.info("drained", all_finished=all(finished))
        return all(finished)
