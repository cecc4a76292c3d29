import sqlite3
from collections.abc import Collection, Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import Final, final

import msgspec

from duro.gateway_simulator.ledger_rows import ChargeRow, RefundRow
from duro.gateway_simulator.sqlite_shelf import SqliteShelf
from duro.payments.simulated import (
    AccountEntry,
    ApprovalEntry,
    ArrivalEntry,
    ChargeEntry,
    DictationEntry,
    MandateEntry,
    NoticeDelivery,
    RailPage,
    RefundEntry,
    RequestEntry,
)

_SCHEMA: Final = """
create table if not exists charges (
    position integer primary key,
    reference text not null unique,
    token text not null,
    amount integer not null,
    currency text not null,
    status text not null check (status in ('lost', 'approved', 'declined')),
    code text check ((code is not null) = (status = 'declined')),
    message text,
    advice text,
    presentments integer not null check (presentments > 0),
    takings integer not null check (takings = (status = 'approved')),
    refunds integer not null check (refunds >= 0),
    amount_refunded integer not null check (amount_refunded = 0 or amount_refunded between 1 and amount * takings),
    fee integer check (fee between 0 and amount * takings)
);
create table if not exists refunds (
    position integer primary key,
    reference text not null unique,
    charge_reference text not null,
    amount integer not null,
    currency text not null,
    status text not null check (status in ('lost', 'refunded', 'refused')),
    code text check ((code is not null) = (status = 'refused')),
    message text,
    presentments integer not null check (presentments > 0)
);
create trigger if not exists charges_stay before delete on charges
begin select raise(abort, 'a ledger forgets nothing'); end;
create trigger if not exists refunds_stay before delete on refunds
begin select raise(abort, 'a ledger forgets nothing'); end;
create trigger if not exists charges_keep_their_decision before update on charges
when old.status <> 'lost'
    and (new.status, new.amount, new.currency, new.fee) is not (old.status, old.amount, old.currency, old.fee)
begin select raise(abort, 'a charge is decided once'); end;
create trigger if not exists refunds_keep_their_decision before update on refunds
when old.status <> 'lost' and (new.status, new.amount, new.currency) is not (old.status, old.amount, old.currency)
begin select raise(abort, 'a refund is decided once'); end;
"""
_VIEWS: Final = """
create view if not exists charge_rows as select position, reference,
    json_array(reference, token, amount, currency, status, code, message, advice, presentments, takings, refunds,
        amount_refunded, fee) as row
from charges;
create view if not exists refund_rows as select position, reference,
    json_array(reference, charge_reference, amount, currency, status, code, message, presentments) as row
from refunds;
"""
_FEE_COLUMN: Final = "alter table charges add column fee integer check (fee between 0 and amount * takings)"

_READ_CHARGES: Final = """
select json_group_array(json(row)) from charge_rows where reference in (select value from json_each(?))
"""
_READ_REFUNDS: Final = """
select json_group_array(json(row)) from refund_rows where reference in (select value from json_each(?))
"""
_PAGE_OF_CHARGES: Final = "select position, row from charge_rows where position > ? order by position limit ?"
_PAGE_OF_REFUNDS: Final = "select position, row from refund_rows where position > ? order by position limit ?"
_WRITE_CHARGES: Final = """
insert into charges (reference, token, amount, currency, status, code, message, advice, presentments, takings, refunds,
    amount_refunded, fee)
select
    json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'), json_extract(value, '$[3]'),
    json_extract(value, '$[4]'), json_extract(value, '$[5]'), json_extract(value, '$[6]'), json_extract(value, '$[7]'),
    json_extract(value, '$[8]'), json_extract(value, '$[9]'), json_extract(value, '$[10]'),
    json_extract(value, '$[11]'), json_extract(value, '$[12]')
from json_each(?) where true
on conflict (reference) do update set token = excluded.token, amount = excluded.amount, currency = excluded.currency,
    status = excluded.status, code = excluded.code, message = excluded.message, advice = excluded.advice,
    presentments = excluded.presentments, takings = excluded.takings, refunds = excluded.refunds,
    amount_refunded = excluded.amount_refunded, fee = excluded.fee
"""
_WRITE_REFUNDS: Final = """
insert into refunds (reference, charge_reference, amount, currency, status, code, message, presentments)
select
    json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'), json_extract(value, '$[3]'),
    json_extract(value, '$[4]'), json_extract(value, '$[5]'), json_extract(value, '$[6]'), json_extract(value, '$[7]')
from json_each(?) where true
on conflict (reference) do update set charge_reference = excluded.charge_reference, amount = excluded.amount,
    currency = excluded.currency, status = excluded.status, code = excluded.code, message = excluded.message,
    presentments = excluded.presentments
"""


@final
class LedgerFile:
    """One connection to the SQLite file of what was taken, given back and pushed; a commit outlives a power cut.

    Many entries are read or written by one statement: a statement lets go of the interpreter, and a busy event loop
    is slow to give it back.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        self._connection.execute("pragma journal_mode = wal").fetchone()
        self._connection.execute("pragma synchronous = full")
        self._connection.executescript(_SCHEMA + SqliteShelf.SCHEMA)
        self._bring_up_to_date()
        self._connection.executescript(_VIEWS)
        self.rails = RailPage(
            requests=SqliteShelf(self._connection, kind="request", shape=RequestEntry),
            accounts=SqliteShelf(self._connection, kind="account", shape=AccountEntry),
            arrivals=SqliteShelf(self._connection, kind="arrival", shape=ArrivalEntry),
            mandates=SqliteShelf(self._connection, kind="mandate", shape=MandateEntry),
            deliveries=SqliteShelf(self._connection, kind="delivery", shape=NoticeDelivery),
            dictations=SqliteShelf(self._connection, kind="dictation", shape=DictationEntry),
            approvals=SqliteShelf(self._connection, kind="approval", shape=ApprovalEntry),
        )

    def _bring_up_to_date(self) -> None:
        """Give a file from before fees a column for them."""
        with self.transaction():
            columns = {name for _, name, *_ in self._connection.execute("pragma table_info(charges)")}
            if "fee" not in columns:
                self._connection.execute(_FEE_COLUMN)
                self._connection.execute("drop view charge_rows")

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Hold the write lock from the start, so that what is read is still true when it is written; commit or undo."""
        self._connection.execute("begin immediate")
        with self._connection:
            yield

    def read_charges(self, references: Collection[str]) -> list[ChargeEntry]:
        if not references:
            return []
        (found,) = self._connection.execute(_READ_CHARGES, (self._array(references),)).fetchone()
        return [row.entry for row in msgspec.json.decode(found, type=list[ChargeRow])]

    def read_refunds(self, references: Collection[str]) -> list[RefundEntry]:
        if not references:
            return []
        (found,) = self._connection.execute(_READ_REFUNDS, (self._array(references),)).fetchone()
        return [row.entry for row in msgspec.json.decode(found, type=list[RefundRow])]

    def write_charges(self, entries: Collection[ChargeEntry]) -> None:
        if entries:
            self._connection.execute(_WRITE_CHARGES, (self._array(ChargeRow.of(entry) for entry in entries),))

    def write_refunds(self, entries: Collection[RefundEntry]) -> None:
        if entries:
            self._connection.execute(_WRITE_REFUNDS, (self._array(RefundRow.of(entry) for entry in entries),))

    def page_of_charges(self, position: int, limit: int) -> list[tuple[int, ChargeEntry]]:
        rows = self._connection.execute(_PAGE_OF_CHARGES, (position, limit)).fetchall()
        return [(at, msgspec.json.decode(row, type=ChargeRow).entry) for at, row in rows]

    def page_of_refunds(self, position: int, limit: int) -> list[tuple[int, RefundEntry]]:
        rows = self._connection.execute(_PAGE_OF_REFUNDS, (position, limit)).fetchall()
        return [(at, msgspec.json.decode(row, type=RefundRow).entry) for at, row in rows]

    def close(self) -> None:
        self._connection.close()

    @staticmethod
    def _array(items: Iterable[object]) -> str:
        return msgspec.json.encode(list(items)).decode()
