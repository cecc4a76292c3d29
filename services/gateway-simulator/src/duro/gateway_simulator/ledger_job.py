import asyncio
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar, final

from duro.gateway_simulator.open_page import OpenPage

Result = TypeVar("Result")


class PendingJob(Protocol):
    """Work that waits for its turn in a transaction, and somebody who waits for its answer."""

    @property
    def charge_references(self) -> tuple[str, ...]: ...

    @property
    def refund_references(self) -> tuple[str, ...]: ...

    def decide(self, page: OpenPage) -> None: ...

    def deliver(self) -> None: ...

    def fail(self, failure: BaseException) -> None: ...


@final
class LedgerJob(Generic[Result]):
    """One caller's work on the entries it names; its answer is handed over only when told that it is durable."""

    def __init__(
        self,
        work: Callable[[OpenPage], Result],
        *,
        charges: tuple[str, ...] = (),
        refunds: tuple[str, ...] = (),
    ) -> None:
        self._work = work
        self._charges = charges
        self._refunds = refunds
        self._results: list[Result] = []
        self.answer: asyncio.Future[Result] = asyncio.get_running_loop().create_future()

    @property
    def charge_references(self) -> tuple[str, ...]:
        return self._charges

    @property
    def refund_references(self) -> tuple[str, ...]:
        return self._refunds

    def decide(self, page: OpenPage) -> None:
        self._results.append(self._work(page))

    def deliver(self) -> None:
        if not self.answer.done():
            self.answer.set_result(self._results[-1])

    def fail(self, failure: BaseException) -> None:
        if not self.answer.done():
            self.answer.set_exception(failure)
