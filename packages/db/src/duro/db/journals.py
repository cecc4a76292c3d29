from typing import Final, final
from uuid import UUID

from asyncpg import Record, UniqueViolationError

from duro.db.records import Journal, LedgerEntry
from duro.db.session import TenantSession
from duro.db.states import JournalCause, JournalId
from duro.kernel import ConflictError, Currency, Money

_POST: Final = """
    with posted as (
        insert into {schema}.journals (tenant_id, id, cause_type, cause_id, currency, created_at)
        values ($1, $2, $3, $4, $5, $6))
    insert into {schema}.ledger_entries (tenant_id, journal_id, position, account, amount, currency)
    select $1, $2, entry.position, entry.account, entry.amount, $5
    from unnest($7::text[], $8::bigint[]) with ordinality as entry (account, amount, position)"""
_OF_CAUSE: Final = """
    select j.id, j.cause_type, j.cause_id, j.currency, j.created_at,
           array_agg(e.account order by e.position) as accounts, array_agg(e.amount order by e.position) as amounts
    from {schema}.journals j
    join {schema}.ledger_entries e on e.tenant_id = j.tenant_id and e.journal_id = j.id
    where j.tenant_id = $1 and j.cause_type = $2 and j.cause_id = $3
    group by j.tenant_id, j.id"""
_BALANCES: Final = """
    select account, currency, sum(amount)::bigint as balance from {schema}.ledger_entries
    where tenant_id = $1 group by account, currency order by account, currency"""


@final
class LedgerRepository:
    """The tenant's double-entry book: rows are only ever added, and balance when the transaction commits."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    async def post(self, journal: Journal) -> None:
        """Write one journal with its entries. Raise ConflictError `already_posted` if its cause has one."""
        try:
            await self._session.execute(
                _POST,
                journal.id.value,
                journal.cause_type.value,
                journal.cause_id,
                journal.currency.code,
                journal.created_at,
                [entry.account for entry in journal.entries],
                [entry.amount.amount for entry in journal.entries],
            )
        except UniqueViolationError as error:
            if error.constraint_name != "journals_tenant_id_cause_type_cause_id_key":
                raise
            raise ConflictError("already_posted", "The ledger has a journal for this cause.") from error

    async def of_cause(self, cause_type: JournalCause, cause_id: UUID) -> Journal | None:
        """Read the one journal a cause may have."""
        row = await self._session.fetchrow(_OF_CAUSE, cause_type.value, cause_id)
        return None if row is None else self.read(row)

    async def balances(self) -> dict[tuple[str, Currency], Money]:
        """Sum every account by currency; debits are positive."""
        rows = await self._session.fetch(_BALANCES)
        return {
            (row["account"], Currency(row["currency"])): Money(row["balance"], Currency(row["currency"]))
            for row in rows
        }

    @staticmethod
    def read(row: Record) -> Journal:
        currency = Currency(row["currency"])
        return Journal(
            id=JournalId(row["id"]),
            cause_type=JournalCause(row["cause_type"]),
            cause_id=row["cause_id"],
            currency=currency,
            created_at=row["created_at"],
            entries=tuple(
                LedgerEntry(account, Money(amount, currency))
                for account, amount in zip(row["accounts"], row["amounts"], strict=True)
            ),
        )
