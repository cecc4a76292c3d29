from collections.abc import Mapping
from typing import TypeAlias
from uuid import UUID

from asyncpg import Connection

from fence.tables import Table

Snapshot: TypeAlias = Mapping[tuple[str, UUID], tuple[int, str]]

_ROWS = """
select '{table}' as "table", t.{tenant} as tenant_id, count(*) as rows,
       md5(string_agg(t::text, E'\\n' order by t::text)) as digest
from {table} t group by t.{tenant}"""


class Snapshots:
    """Compares the whole database with what it was: every row of every table, by whose they are."""

    def __init__(self, admin: Connection, tables: tuple[Table, ...]) -> None:
        self._admin = admin
        self._statement = " union all ".join(_ROWS.format(table=one.full_name, tenant=one.tenant) for one in tables)

    async def take(self) -> Snapshot:
        rows = await self._admin.fetch(self._statement)
        return {(row["table"], row["tenant_id"]): (row["rows"], row["digest"]) for row in rows}

    @staticmethod
    def changes(before: Snapshot, after: Snapshot) -> set[tuple[str, UUID]]:
        """Name the tables that changed, and whose rows did."""
        return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
