from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar, final

from whenever import Instant


@final
@dataclass(frozen=True, slots=True)
class ShelfMark:
    """Where an entry of a ledger stands: its key, and what else it is looked for by."""

    key: str
    number: str | None = None
    owner: str | None = None
    at: Instant | None = None
    due_at: Instant | None = None


class ShelfEntry(Protocol):
    """An entry that can be kept on a shelf."""

    @property
    def mark(self) -> ShelfMark: ...


Entry = TypeVar("Entry", bound=ShelfEntry)


class Shelf(Protocol[Entry]):
    """All entries of one kind in a ledger, inside one transaction; they are changed but never taken away."""

    def get(self, key: str) -> Entry | None: ...

    def put(self, entry: Entry) -> None: ...

    def numbered(self, number: str) -> Entry | None: ...

    def count(self, owner: str) -> int: ...

    def owned(self, owner: str, *, since: Instant | None, limit: int) -> Sequence[Entry]:
        """Return what an owner has that happened at that instant or later, in the order of the instants."""
        ...

    def due(self, now: Instant, *, limit: int) -> Sequence[Entry]:
        """Return what is due, in the order of the instants at which it fell due."""
        ...

    def page(self, *, position: int, limit: int) -> tuple[Sequence[Entry], int | None]:
        """Return entries in the order they came, and where the next page begins, if there is one."""
        ...
