import asyncio
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final, final

from asyncpg import Connection, DuplicateObjectError, InternalServerError, UniqueViolationError

from duro.db.scram import ScramVerifier

_TRIES: Final = 20
_PAUSE_SECONDS: Final = 0.05
_CREATE: Final = "create role {name} {login} nosuperuser nocreatedb nocreaterole noinherit noreplication nobypassrls"
_EXISTING: Final = "select rolname from pg_catalog.pg_roles where rolname = any($1::text[])"
_IS_SUPERUSER: Final = "select rolsuper from pg_catalog.pg_roles where rolname = current_user"
_GRANT: Final = """
    select format('grant duro_owner, duro_resolver, duro_sweep to %I', current_user)
    where exists (
        select from unnest(array['duro_owner', 'duro_resolver', 'duro_sweep']) as wanted (role)
        where not exists (
            select from pg_catalog.pg_auth_members m
            join pg_catalog.pg_roles granted on granted.oid = m.roleid
            join pg_catalog.pg_roles member on member.oid = m.member
            where granted.rolname = wanted.role and member.rolname = current_user
              and coalesce((to_jsonb(m) ->> 'set_option')::boolean, true)))"""
_UNSAFE: Final = """
    select r.rolname from pg_catalog.pg_roles r
    where r.rolname = any($1::text[])
      and (r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or r.rolreplication
           or exists (select from pg_catalog.pg_auth_members m where m.member = r.oid))
    order by r.rolname"""


class DatabaseRole(StrEnum):
    """Who speaks to the database: the owner of the tables, the two modes' services, the scanners, the key resolver."""

    OWNER = "duro_owner"
    RESOLVER = "duro_resolver"
    TEST = "duro_test"
    LIVE = "duro_live"
    SWEEP = "duro_sweep"

    @property
    def can_log_in(self) -> bool:
        """Say whether services connect as it."""
        return self in {DatabaseRole.TEST, DatabaseRole.LIVE, DatabaseRole.SWEEP}


class UnsafeRoleError(RuntimeError):
    """A role that stood in the server before could climb over the walls."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            f"These roles must be no superuser, have no BYPASSRLS, CREATEROLE, CREATEDB or REPLICATION and be a member "
            f"of no role: {', '.join(names)}."
        )


@final
class DatabaseRoles:
    """Makes the roles once per server; they are shared by all its databases."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def ensure(self, passwords: Mapping[str, str]) -> None:
        """Create what is missing, set the passwords given, and verify that no role can climb over the walls.

        Another database's migrator may do the same at this moment: what collides is tried again, at most 20 times.
        """
        verifiers = {DatabaseRole(name): ScramVerifier.of(password) for name, password in passwords.items()}
        for remaining in reversed(range(_TRIES)):
            try:
                await self._write(verifiers)
                break
            except (DuplicateObjectError, UniqueViolationError, InternalServerError):
                if not remaining:
                    raise
                await asyncio.sleep(_PAUSE_SECONDS)
        unsafe = await self._connection.fetch(_UNSAFE, [role.value for role in DatabaseRole])
        if unsafe:
            raise UnsafeRoleError([row["rolname"] for row in unsafe])

    async def _write(self, verifiers: Mapping[DatabaseRole, ScramVerifier]) -> None:
        rows = await self._connection.fetch(_EXISTING, [role.value for role in DatabaseRole])
        existing = {row["rolname"] for row in rows}
        for role in DatabaseRole:
            if role.value not in existing:
                login = "login" if role.can_log_in else "nologin"
                await self._connection.execute(_CREATE.replace("{name}", role.value).replace("{login}", login))
        for role, verifier in verifiers.items():
            await self._connection.execute(f"alter role {role.value} password '{verifier.text}'")
        if not await self._connection.fetchval(_IS_SUPERUSER):
            grant = await self._connection.fetchval(_GRANT)
            if grant is not None:
                await self._connection.execute(grant)
