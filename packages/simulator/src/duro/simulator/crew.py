from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from typing import final

from duro.simulator.job import Done, Job


@final
@dataclass(frozen=True, slots=True)
class Crew:
    """So many processes that share jobs; one alone works where it stands. What is found doesn't depend on how many."""

    processes: int

    def work(self, jobs: Sequence[Job], advance: Callable[[str], None]) -> tuple[Done, ...]:
        """Do every job; `advance` is told of each that is done. Return what they found, in the order of the jobs."""
        found: dict[int, Done] = {}
        for number, done in self._any_order(jobs):
            found[number] = done
            advance(done.job.words)
        return tuple(found[number] for number in range(len(jobs)))

    def _any_order(self, jobs: Sequence[Job]) -> Iterator[tuple[int, Done]]:
        if min(self.processes, len(jobs)) <= 1:
            yield from enumerate(job.do() for job in jobs)
            return
        pool = ProcessPoolExecutor(self.processes, mp_context=get_context("spawn"))
        try:
            numbers = {pool.submit(Job.do, job): number for number, job in enumerate(jobs)}
            for finished in as_completed(numbers):
                yield numbers[finished], finished.result()
        finally:
            pool.shutdown(cancel_futures=True)
