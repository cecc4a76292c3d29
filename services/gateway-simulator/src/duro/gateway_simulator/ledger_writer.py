import asyncio
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Final, final

from duro.gateway_simulator.ledger_file import LedgerFile
from duro.gateway_simulator.ledger_job import PendingJob
from duro.gateway_simulator.open_page import OpenPage

_LARGEST_BATCH: Final = 500


@final
class LedgerWriter:
    """The one thread that writes the ledger.

    All work that has gathered while it wrote goes into its next transaction, so that many charges share a flush to
    disk. Nobody is answered before the commit; if it fails, all of its callers are told.
    """

    def __init__(self, file: LedgerFile) -> None:
        self._file = file
        self._waiting: deque[PendingJob] = deque()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger-writer")
        self._writing: asyncio.Task[None] | None = None

    def submit(self, job: PendingJob) -> None:
        self._waiting.append(job)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all())

    async def close(self) -> None:
        """Finish the work that waits, then stop."""
        if self._writing is not None:
            await self._writing
        self._thread.shutdown()

    async def _write_all(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), _LARGEST_BATCH))]
            await self._write(batch)

    async def _write(self, batch: Sequence[PendingJob]) -> None:
        commit = asyncio.get_running_loop().run_in_executor(self._thread, self._commit, batch)
        (failure,) = await asyncio.gather(commit, return_exceptions=True)
        for job in batch:
            if failure is None:
                job.deliver()
            else:
                job.fail(failure)

    def _commit(self, batch: Sequence[PendingJob]) -> None:
        with self._file.transaction():
            page = OpenPage(
                charges=self._file.read_charges(set(chain.from_iterable(job.charge_references for job in batch))),
                refunds=self._file.read_refunds(set(chain.from_iterable(job.refund_references for job in batch))),
                rails=self._file.rails,
            )
            for job in batch:
                job.decide(page)
            page.write(self._file)
