from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import ClassVar, final
from uuid import uuid4

from duro.db.migrator import Migrator
from duro.db.pool import DatabasePool
from duro.embedded import PostgresAddress
from duro.testkit.cloned_database import ClonedDatabase


@final
class DatabaseTemplate:
    """A migrated database that nobody connects to, cloned in a few hundredths of a second for every test."""

    NAME: ClassVar[str] = "duro_template"

    def __init__(self, address: PostgresAddress, pool: DatabasePool) -> None:
        self._address = address
        self._pool = pool

    @classmethod
    @asynccontextmanager
    async def prepared(cls, address: PostgresAddress) -> AsyncGenerator["DatabaseTemplate"]:
        """Make and migrate the template once, and keep one administrator's connection to clone it by."""
        pool = await DatabasePool.open(address.admin_url("postgres"), max_size=4)
        try:
            template = cls(address, pool)
            await template._run(f"create database {cls.NAME}")
            await Migrator(address.admin_url(cls.NAME)).upgrade(None)
            await template._run(f"alter database {cls.NAME} with is_template true allow_connections false")
            yield template
        finally:
            await pool.close()

    @asynccontextmanager
    async def clone(self) -> AsyncGenerator[ClonedDatabase]:
        """Lend a fresh clone; sessions left in it at the end are cut and it is dropped."""
        name = f"test_{uuid4().hex}"
        await self._run(f"create database {name} template {self.NAME}")
        try:
            yield ClonedDatabase(name, self._address.admin_url(name))
        finally:
            await self._run(f"drop database {name} with (force)")

    async def _run(self, statement: str) -> None:
        async with self._pool.acquire() as connection:
            await connection.execute(statement)
