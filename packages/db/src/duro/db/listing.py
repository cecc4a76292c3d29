from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, final

from asyncpg import Record

from duro.db.pages import PageRequest
from duro.db.session import TenantSession

_FIRST_FREE: Final = 4


@final
@dataclass(frozen=True, slots=True)
class Listing:
    """A table read newest first in keyset pages; column names are the repository's own, values travel as arguments."""

    table: str
    columns: str

    async def rows(
        self,
        session: TenantSession,
        page: PageRequest,
        *,
        equal: Mapping[str, object] | None = None,
        conditions: Sequence[str] = (),
    ) -> list[Record]:
        """Read `limit` + 1 rows. A column whose value is None isn't filtered; conditions are written out."""
        filters = [(name, value) for name, value in (equal or {}).items() if value is not None]
        predicates = [
            *(f"{name} = ${number}" for number, (name, _) in enumerate(filters, _FIRST_FREE)),
            *conditions,
        ]
        statement = " ".join(
            [
                "select",
                self.columns,
                "from {schema}." + self.table,
                "where tenant_id = $1 and id < $2",
                *(f"and {predicate}" for predicate in predicates),
                "order by tenant_id desc, id desc limit $3",
            ]
        )
        return await session.fetch(statement, page.before_id, page.limit + 1, *(value for _, value in filters))
