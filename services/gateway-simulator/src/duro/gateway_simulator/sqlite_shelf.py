import sqlite3
from collections.abc import Sequence
from typing import Final, Generic, final

from whenever import Instant

from duro.payments.simulated.json_text import JsonText
from duro.payments.simulated.shelf import Entry

_PUT: Final = """
insert into shelves (kind, key, number, owner, at, due_at, body) values (?, ?, ?, ?, ?, ?, ?)
on conflict (kind, key) do update set number = excluded.number, owner = excluded.owner, at = excluded.at,
    due_at = excluded.due_at, body = excluded.body
"""
_GET: Final = "select body from shelves where kind = ? and key = ?"
_NUMBERED: Final = "select body from shelves where kind = ? and number = ?"
_COUNT: Final = "select count(*) from shelves where kind = ? and owner = ?"
_OWNED: Final = """
select body from shelves where kind = ? and owner = ? and at >= ? order by at, position limit ?
"""
_DUE: Final = "select body from shelves where kind = ? and due_at <= ? order by due_at, position limit ?"
_PAGE: Final = "select position, body from shelves where kind = ? and position > ? order by position limit ?"


@final
class SqliteShelf(Generic[Entry]):
    """All entries of one kind in the ledger's file, inside whatever transaction is open there."""

    SCHEMA: Final = """
create table if not exists shelves (
    position integer primary key,
    kind text not null,
    key text not null,
    number text unique,
    owner text,
    at integer,
    due_at integer,
    body text not null,
    unique (kind, key)
);
create index if not exists shelves_by_owner on shelves (kind, owner, at) where owner is not null;
create index if not exists shelves_by_due on shelves (kind, due_at) where due_at is not null;
create trigger if not exists shelves_stay before delete on shelves
begin select raise(abort, 'a ledger forgets nothing'); end;
create trigger if not exists arrivals_stay_as_they_came before update on shelves when old.kind = 'arrival'
begin select raise(abort, 'money arrives once'); end;
create trigger if not exists shelves_keep_their_numbers before update on shelves when new.number is not old.number
begin select raise(abort, 'a number is given once'); end;
"""

    def __init__(self, connection: sqlite3.Connection, *, kind: str, shape: type[Entry]) -> None:
        self._connection = connection
        self._kind = kind
        self._shape = shape

    def get(self, key: str) -> Entry | None:
        return self._one(_GET, key)

    def put(self, entry: Entry) -> None:
        mark = entry.mark
        self._connection.execute(
            _PUT,
            (
                self._kind,
                mark.key,
                mark.number,
                mark.owner,
                self._microseconds(mark.at),
                self._microseconds(mark.due_at),
                JsonText.write(entry).decode(),
            ),
        )

    def numbered(self, number: str) -> Entry | None:
        return self._one(_NUMBERED, number)

    def count(self, owner: str) -> int:
        (count,) = self._connection.execute(_COUNT, (self._kind, owner)).fetchone()
        return int(count)

    def owned(self, owner: str, *, since: Instant | None, limit: int) -> Sequence[Entry]:
        least = -(2**62) if since is None else self._microseconds(since)
        return self._many(_OWNED, owner, least, limit)

    def due(self, now: Instant, *, limit: int) -> Sequence[Entry]:
        return self._many(_DUE, self._microseconds(now), limit)

    def page(self, *, position: int, limit: int) -> tuple[Sequence[Entry], int | None]:
        rows = self._connection.execute(_PAGE, (self._kind, position, limit + 1)).fetchall()
        page = rows[:limit]
        entries = [JsonText.read(str(body), self._shape) for _, body in page]
        return entries, int(page[-1][0]) if len(rows) > limit else None

    def _one(self, statement: str, value: str) -> Entry | None:
        row = self._connection.execute(statement, (self._kind, value)).fetchone()
        return None if row is None else JsonText.read(str(row[0]), self._shape)

    def _many(self, statement: str, *values: object) -> Sequence[Entry]:
        rows = self._connection.execute(statement, (self._kind, *values)).fetchall()
        return [JsonText.read(str(body), self._shape) for (body,) in rows]

    @staticmethod
    def _microseconds(instant: Instant | None) -> int | None:
        return None if instant is None else instant.timestamp(unit="microsecond")
