from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Final, cast, final

import asyncpg
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool
from sqlalchemy.util import await_only

from duro.db.roles import DatabaseRoles

_FOLDERS: Final = Path(__file__).parent / "migrations"
_FOLDER_OF: Final = {"core": "core", "common": "common", "test": "data", "live": "data"}
_VERSIONS: Final = "migrations"
_LOCK: Final = "select pg_advisory_xact_lock(725061930)"
_AS_OWNER: Final = "set local role duro_owner"


@final
class Migrator:
    """Brings a database to this release: roles, schemas, tables, policies and grants, in one transaction."""

    def __init__(self, admin_url: str) -> None:
        self._admin_url = admin_url

    async def upgrade(self, role_passwords: Mapping[str, str] | None = None) -> None:
        """Apply what is missing. Any number may run at once: each waits for the one before and finds nothing left.

        The administrator needs CREATEROLE and CREATE on the database, not superuser. A role without a password here
        keeps the one it has. Raise UnsafeRoleError if a role could climb over the walls.
        """
        connection = await asyncpg.connect(self._admin_url)
        try:
            await DatabaseRoles(connection).ensure(role_passwords or {})
        finally:
            await connection.close()
        engine = create_async_engine("postgresql+asyncpg://", async_creator=self._connect, poolclass=NullPool)
        try:
            async with engine.begin() as transaction:
                await self._apply(transaction)
        finally:
            await engine.dispose()

    async def _connect(self) -> asyncpg.Connection:
        return await asyncpg.connect(self._admin_url)

    async def _apply(self, transaction: AsyncConnection) -> None:
        await transaction.exec_driver_sql(_LOCK)
        for schema in (*_FOLDER_OF, _VERSIONS):
            await transaction.exec_driver_sql(f"create schema if not exists {schema} authorization duro_owner")
        await transaction.exec_driver_sql(_AS_OWNER)
        for schema in _FOLDER_OF:
            await transaction.exec_driver_sql(f"set local search_path to {schema}")
            await transaction.run_sync(self._run_revisions, schema)

    @classmethod
    def _run_revisions(cls, connection: Connection, schema: str) -> None:
        """Run what Alembic says is missing, oldest first.

        Alembic's own runner keeps its environment in globals, so that two databases couldn't be migrated by one process
        at the same time; its script folder and version table don't.
        """
        scripts = ScriptDirectory(str(_FOLDERS / _FOLDER_OF[schema]))
        versions = MigrationContext.configure(
            connection, opts={"version_table": schema, "version_table_schema": _VERSIONS}
        )
        missing = scripts.iterate_revisions("head", versions.get_current_revision() or "base")
        for revision in reversed(list(missing)):
            revision.module.upgrade(partial(cls._execute, connection, schema))
            versions.stamp(scripts, revision.revision)

    @staticmethod
    def _execute(connection: Connection, schema: str, path: Path) -> None:
        script = path.read_text(encoding="utf-8").replace("{schema}", schema)
        driver = cast("asyncpg.Connection", connection.connection.driver_connection)
        await_only(driver.execute(script))
