from typing import Protocol, runtime_checkable

from duro.queue.payload import JobPayload


@runtime_checkable
class Scanner(Protocol):
    """Finds work by reading the truth and puts it on a queue; it never does the work itself."""

    @property
    def name(self) -> str: ...

    @property
    def interval_seconds(self) -> int: ...

    async def scan(self) -> int:
        """Look once; say how many jobs were put on the queue."""
        ...


@runtime_checkable
class Processor(Protocol):
    """Does one job. It may run twice at once (a lost lock), so what it calls is fenced by the database."""

    async def process(self, payload: JobPayload) -> None: ...
