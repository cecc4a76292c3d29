import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, final

from duro.gateway_simulator.ledger_file import LedgerFile
from duro.gateway_simulator.ledger_job import LedgerJob
from duro.gateway_simulator.ledger_writer import LedgerWriter
from duro.payments.simulated import (
    ChargeEntry,
    ChargePage,
    GivenBack,
    Presented,
    Presentment,
    RailPage,
    RefundEntry,
    RefundOrder,
    RefundPage,
)

Result = TypeVar("Result")


@final
class SqliteIssuerLedger:
    """An issuer's ledger in a SQLite file; it survives its process, however that ends."""

    def __init__(self, *, writing: LedgerFile, reading: LedgerFile) -> None:
        self._writing = writing
        self._reading = reading
        self._writer = LedgerWriter(writing)
        self._paging = asyncio.Lock()

    @classmethod
    def open(cls, path: Path) -> "SqliteIssuerLedger":
        """Open or create the file; must be called where an event loop is running."""
        return cls(writing=LedgerFile(path), reading=LedgerFile(path))

    async def present(self, presentment: Presentment) -> Presented:
        job = LedgerJob(lambda page: page.present(presentment), charges=(presentment.reference,))
        return await self._answer(job)

    async def give_back(self, order: RefundOrder) -> GivenBack:
        job = LedgerJob(
            lambda page: page.give_back(order), charges=(order.charge_reference,), refunds=(order.reference,)
        )
        return await self._answer(job)

    async def charge(self, reference: str) -> ChargeEntry | None:
        return await self._answer(LedgerJob(lambda page: page.charge(reference), charges=(reference,)))

    async def refund(self, reference: str) -> RefundEntry | None:
        return await self._answer(LedgerJob(lambda page: page.refund(reference), refunds=(reference,)))

    async def charges(self, *, position: int, limit: int) -> ChargePage:
        async with self._paging:
            rows = await asyncio.to_thread(self._reading.page_of_charges, position, limit + 1)
        page = rows[:limit]
        return ChargePage(tuple(entry for _, entry in page), page[-1][0] if len(rows) > limit else None)

    async def refunds(self, *, position: int, limit: int) -> RefundPage:
        async with self._paging:
            rows = await asyncio.to_thread(self._reading.page_of_refunds, position, limit + 1)
        page = rows[:limit]
        return RefundPage(tuple(entry for _, entry in page), page[-1][0] if len(rows) > limit else None)

    async def change(self, work: Callable[[RailPage], Result]) -> Result:
        return await self._answer(LedgerJob(lambda page: work(page.rails)))

    async def close(self) -> None:
        """Finish what waits to be written, then let go of the file."""
        await self._writer.close()
        self._reading.close()
        self._writing.close()

    async def _answer(self, job: LedgerJob[Result]) -> Result:
        self._writer.submit(job)
        return await job.answer
