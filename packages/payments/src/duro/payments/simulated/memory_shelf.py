from collections.abc import Sequence
from operator import itemgetter
from typing import Generic, final

from whenever import Instant

from duro.payments.simulated.shelf import Entry


@final
class MemoryShelf(Generic[Entry]):
    """All entries of one kind, for as long as the process lives."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}

    def get(self, key: str) -> Entry | None:
        return self._entries.get(key)

    def put(self, entry: Entry) -> None:
        self._entries[entry.mark.key] = entry

    def numbered(self, number: str) -> Entry | None:
        return next((entry for entry in self._entries.values() if entry.mark.number == number), None)

    def count(self, owner: str) -> int:
        return sum(entry.mark.owner == owner for entry in self._entries.values())

    def owned(self, owner: str, *, since: Instant | None, limit: int) -> Sequence[Entry]:
        found = [
            (entry.mark.at, entry)
            for entry in self._entries.values()
            if entry.mark.owner == owner and entry.mark.at is not None
        ]
        late = [(at, entry) for at, entry in found if since is None or at >= since]
        return [entry for _, entry in sorted(late, key=itemgetter(0))[:limit]]

    def due(self, now: Instant, *, limit: int) -> Sequence[Entry]:
        found = [(entry.mark.due_at, entry) for entry in self._entries.values() if entry.mark.due_at is not None]
        due = [(at, entry) for at, entry in found if at <= now]
        return [entry for _, entry in sorted(due, key=itemgetter(0))[:limit]]

    def page(self, *, position: int, limit: int) -> tuple[Sequence[Entry], int | None]:
        entries = list(self._entries.values())[position : position + limit]
        after = position + len(entries)
        return entries, after if after < len(self._entries) else None
