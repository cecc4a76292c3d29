from dataclasses import dataclass

from asyncpg import Connection

_TABLES = """
select n.nspname as schema, c.relname as name,
       array(select a.attname::text from pg_attribute a
             where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
             order by a.attnum) as columns
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'm', 'f') and n.nspname in ('core', 'test', 'live')
order by n.nspname, c.relname"""


@dataclass(frozen=True)
class Table:
    """A table as the database itself names it, and the columns that can be written."""

    schema: str
    name: str
    columns: tuple[str, ...]

    @property
    def full_name(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def tenant(self) -> str:
        """The column that says whose row it is."""
        return "id" if self.full_name == "core.tenants" else "tenant_id"


class Tables:
    """Every table that holds something of a merchant."""

    @staticmethod
    async def of(admin: Connection) -> tuple[Table, ...]:
        rows = await admin.fetch(_TABLES)
        return tuple(Table(row["schema"], row["name"], tuple(row["columns"])) for row in rows)
