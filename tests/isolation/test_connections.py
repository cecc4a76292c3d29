"""Every table, reached by every role of a service, past all of our code."""

import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from asyncpg import Connection
from fence import Snapshots, Table

from duro.kernel import Mode

FORBIDDEN = "42501"
DUPLICATE = "23505"
UPDATABLE = {"api_keys", "customers", "dunning_schedules", "idempotency_records", "invoices", "payment_attempts"}
UPDATABLE |= {"payment_methods", "pending_lines", "plans", "promo_codes", "refunds", "subscriptions"}
UPDATABLE |= {"messages", "message_templates", "payday_profiles", "payment_requests", "recovery_settings", "disputes"}
UPDATABLE_IN = {Mode.TEST: UPDATABLE | {"test_clocks"}, Mode.LIVE: UPDATABLE}
SWEPT = {"tenants", "subscriptions", "payment_attempts", "refunds", "dunning_schedules", "messages", "payment_requests"}
SWEPT |= {"payment_methods"}
"""What the scanners' role may look at, of all merchants, and of these tables ids, dates and states alone."""


class Prowler:
    """Somebody with a service's own connection and any SQL they like; each statement is undone again."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @classmethod
    @asynccontextmanager
    async def of(cls, url: str) -> AsyncIterator["Prowler"]:
        connection = await asyncpg.connect(url)
        try:
            yield cls(connection)
        finally:
            await connection.close()

    async def says(self, tenant, statement: str, *arguments: object) -> str:
        """Run a statement with a tenant set, or none; give its tag, or the code of its error."""
        transaction = self._connection.transaction()
        await transaction.start()
        try:
            if tenant is not None:
                await self._connection.execute(f"set local duro.tenant_id = '{tenant}'")
            return await self._connection.execute(statement, *arguments)
        except asyncpg.PostgresError as error:
            return error.sqlstate
        finally:
            with contextlib.suppress(asyncpg.PostgresError):
                await transaction.rollback()

    async def counts(self, tenant, table: Table, whose=None) -> int | str:
        """Count the rows it sees, of one merchant or at all; or give the code of its error."""
        where = "" if whose is None else f"where {table.tenant} = '{whose}'"
        said = await self.says(tenant, f"select {table.tenant} from {table.full_name} {where}")
        return int(said.removeprefix("SELECT ")) if said.startswith("SELECT ") else said


class Rows:
    """Rows of one merchant as they stand, to be written again by somebody else."""

    def __init__(self, admin: Connection) -> None:
        self._admin = admin

    async def one(self, table: Table, whose, mode: Mode = Mode.TEST) -> str:
        """Give one as JSON; where a table keeps both modes, one of this mode."""
        row = await self._admin.fetchval(
            f"select to_jsonb(t)::text from {table.full_name} t "
            f"where {table.tenant} = $1 and coalesce(to_jsonb(t) ->> 'mode', $2) = $2 limit 1",
            whose,
            mode.value,
        )
        assert row is not None, table.full_name
        return row


def copying(table: Table) -> str:
    columns = ", ".join(f'"{column}"' for column in table.columns)
    row = f"jsonb_populate_record(null::{table.full_name}, $1::text::jsonb)"
    return f"insert into {table.full_name} ({columns}) select {columns} from {row}"


def reachable(world, mode: Mode) -> list[Table]:
    return [table for table in world.tables if table.schema in {"core", mode.value}]


def beyond(world, mode: Mode) -> list[Table]:
    return [table for table in world.tables if table.schema not in {"core", mode.value}]


@pytest.mark.parametrize("mode", list(Mode))
class TestAServicesConnection:
    async def test_sees_nothing_while_no_tenant_is_set(self, world, mode):
        async with Prowler.of(world.database.data_url(mode)) as prowler:
            for table in reachable(world, mode):
                assert await prowler.counts(None, table) == 0, table.full_name

    async def test_sees_the_set_tenants_rows_and_no_others(self, world, mode):
        own, other = world.intruder[mode].owner, world.victim[mode].owner
        async with Prowler.of(world.database.data_url(mode)) as prowler:
            for table in reachable(world, mode):
                seen = await prowler.counts(own, table)
                assert isinstance(seen, int), table.full_name
                assert seen > 0, table.full_name
                assert await prowler.counts(own, table, whose=own) == seen, table.full_name
                assert await prowler.counts(own, table, whose=other) == 0, table.full_name

    async def test_sees_nothing_for_a_tenant_that_does_not_exist(self, world, mode):
        async with Prowler.of(world.database.data_url(mode)) as prowler:
            for table in reachable(world, mode):
                assert await prowler.counts("00000000-0000-0000-0000-000000000001", table) == 0, table.full_name

    async def test_is_refused_the_other_mode_whole(self, world, mode):
        own = world.intruder[mode].owner
        async with Prowler.of(world.database.data_url(mode)) as prowler:
            for table in beyond(world, mode):
                for statement in ("select 1 from", "delete from", "truncate", "insert into"):
                    rest = " default values" if statement == "insert into" else ""
                    said = await prowler.says(own, f"{statement} {table.full_name}{rest}")
                    assert said == FORBIDDEN, f"{statement} {table.full_name}"

    async def test_inserts_no_row_of_another(self, world, mode):
        """The very row is refused for whose it is; to its own tenant it is refused as a duplicate, if at all."""
        own, other = world.intruder[mode].owner, world.victim[mode].owner
        rows, duplicates = Rows(world.admin), 0
        async with Prowler.of(world.database.data_url(mode)) as prowler:
            for table in reachable(world, mode):
                row = await rows.one(table, other, mode)
                for tenant in (None, own):
                    assert await prowler.says(tenant, copying(table), row) == FORBIDDEN, table.full_name
                if table.name != "tenants":
                    duplicates += await prowler.says(other, copying(table), row) == DUPLICATE
        assert duplicates == len(reachable(world, mode)) - 1

    async def test_changes_no_row_of_another(self, world, mode):
        own, other = world.intruder[mode].owner, world.victim[mode].owner
        before = await world.snapshots.take()
        async with Prowler.of(world.database.data_url(mode)) as prowler:
            for table in reachable(world, mode):
                for column in table.columns:
                    change = f"update {table.full_name} set {column} = {column}"
                    assert await prowler.says(None, change) in {FORBIDDEN, "UPDATE 0"}, change
                    of_other = f"{change} where {table.tenant} = '{other}'"
                    assert await prowler.says(own, of_other) in {FORBIDDEN, "UPDATE 0"}, change
                for tenant in (None, own):
                    erasure = f"delete from {table.full_name} where {table.tenant} = '{other}'"
                    assert await prowler.says(tenant, erasure) in {FORBIDDEN, "DELETE 0"}, erasure
        assert Snapshots.changes(before, await world.snapshots.take()) == set()

    async def test_gives_no_row_away(self, world, mode):
        own, other = world.intruder[mode].owner, world.victim[mode].owner
        async with Prowler.of(world.database.data_url(mode)) as prowler:
            for table in reachable(world, mode):
                gift = f"update {table.full_name} set {table.tenant} = '{other}'"
                assert await prowler.says(own, gift) == FORBIDDEN, table.full_name

    async def test_changes_its_own_rows(self, world, mode):
        """What the tests above try is what would work for the owner."""
        own = world.intruder[mode].owner
        changed = set()
        async with Prowler.of(world.database.data_url(mode)) as prowler:
            for table in reachable(world, mode):
                said = [
                    await prowler.says(own, f"update {table.full_name} set {column} = {column}")
                    for column in table.columns
                ]
                changed |= {table.name for each in said if each.startswith("UPDATE ") and each != "UPDATE 0"}
        assert changed == UPDATABLE_IN[mode]


class TestTheScannersConnection:
    async def test_reads_ids_dates_and_states_of_what_may_be_due_and_nothing_else(self, world):
        seen = set()
        rows = await world.admin.fetch(
            "select table_schema || '.' || table_name as name, column_name, data_type from information_schema.columns"
        )
        types = {(row["name"], row["column_name"]): row["data_type"] for row in rows}
        async with Prowler.of(world.database.sweep_url) as prowler:
            for table, column in ((each, name) for each in world.tables for name in each.columns):
                for tenant in (None, world.victim[Mode.TEST].owner):
                    if await prowler.says(tenant, f"select {column} from {table.full_name}") == FORBIDDEN:
                        continue
                    seen.add(table.name)
                    kind = types[table.full_name, column]
                    is_state = column == "status" or kind == "boolean"
                    assert is_state or kind in {"uuid", "timestamp with time zone"}, (table.name, column)
        assert seen == SWEPT

    async def test_writes_nothing(self, world):
        rows, own = Rows(world.admin), world.victim[Mode.TEST].owner
        async with Prowler.of(world.database.sweep_url) as prowler:
            for table in world.tables:
                row = await rows.one(table, own)
                for tenant in (None, own):
                    assert await prowler.says(tenant, copying(table), row) == FORBIDDEN
                    for column in table.columns:
                        change = f"update {table.full_name} set {column} = {column}"
                        assert await prowler.says(tenant, change) == FORBIDDEN
                    assert await prowler.says(tenant, f"delete from {table.full_name}") == FORBIDDEN


@pytest.mark.parametrize(
    "break_down",
    [
        "drop policy tenant on test.plans; create policy tenant on test.plans using (true) with check (true)",
        "alter table test.plans disable row level security",
        "create policy extra on test.plans to duro_test using (true)",
        "alter role duro_test bypassrls",
    ],
)
class TestABrokenWall:
    async def test_is_noticed(self, scratch, break_down):
        plans = next(table for table in scratch.tables if table.full_name == "test.plans")
        async with scratch.admin.transaction():
            await scratch.admin.execute(break_down)
        try:
            async with Prowler.of(scratch.database.test_url) as prowler:
                assert await prowler.counts(None, plans) != 0
                own, other = scratch.intruder[Mode.TEST].owner, scratch.victim[Mode.TEST].owner
                assert await prowler.counts(own, plans, whose=other) != 0
        finally:
            await scratch.admin.execute("alter role duro_test nobypassrls")
