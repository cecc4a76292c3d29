import asyncio
from importlib.resources import files
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest

from duro.db import DatabasePool, RoleUrls, UnsafeRoleError
from duro.db.migrator import Migrator
from duro.kernel import Mode
from duro.testkit.declined_renewals import DeclinedRenewals

INVENTORY = """
select n.nspname::text, c.relname::text, c.relkind::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('core', 'common', 'test', 'live', 'migrations') order by 1, 2, 3"""


class TestTheMigrator:
    @pytest.fixture
    async def empty(self, database, admin):
        """An empty database on the test's server."""
        name = f"empty_{uuid4().hex}"
        async with admin.acquire() as connection:
            await connection.execute(f"create database {name}")
        yield database.admin_url.replace(database.name, name)
        async with admin.acquire() as connection:
            await connection.execute(f"drop database {name} with (force)")

    async def _inventory(self, url):
        connection = await asyncpg.connect(url)
        rows = await connection.fetch(INVENTORY)
        versions = [
            await connection.fetchval(f"select version_num from migrations.{schema}")
            for schema in ("common", "core", "test", "live")
        ]
        await connection.close()
        return [tuple(row) for row in rows], versions

    @staticmethod
    def _newest(kind: str) -> str:
        """Give the revision that the latest file has."""
        versions = files("duro.db") / "migrations" / kind / "versions"
        return max(path.name[:4] for path in versions.iterdir() if path.name[:4].isdigit())

    async def test_changes_nothing_the_second_time(self, empty):
        await Migrator(empty).upgrade()
        first = await self._inventory(empty)
        await Migrator(empty).upgrade()
        assert await self._inventory(empty) == first
        assert first[1] == [self._newest(kind) for kind in ("common", "core", "data", "data")]

    async def test_runs_beside_others_of_its_kind(self, empty):
        await asyncio.gather(*(Migrator(empty).upgrade() for _ in range(4)))
        names = {(schema, name) for schema, name, _ in (await self._inventory(empty))[0]}
        assert {("core", "tenants"), ("test", "ledger_entries"), ("live", "ledger_entries")} <= names

    async def test_works_for_an_administrator_who_is_no_superuser(self, empty, admin):
        role = f"steward_{uuid4().hex}"
        name = urlsplit(empty).path[1:]
        async with admin.acquire() as connection:
            await connection.execute(f"create role {role} login createrole")
            for granted in ("duro_owner", "duro_resolver", "duro_sweep"):
                await connection.execute(f"grant {granted} to {role} with admin true, inherit false, set false")
            await connection.execute(f"alter database {name} owner to {role}")
        steward = empty.replace("duro_admin", role)
        try:
            await Migrator(steward).upgrade()
            await Migrator(steward).upgrade()
            pool = await DatabasePool.open(RoleUrls.derive(steward).test, min_size=0, max_size=1)
            async with pool.acquire() as connection:
                assert await connection.fetchval("select count(*) from test.plans") == 0
            await pool.close()
        finally:
            async with admin.acquire() as connection:
                await connection.execute(f"drop database {name} with (force)")
                await connection.execute(f"create database {name}")
                await connection.execute(f"drop role {role}")

    async def test_sets_passwords_that_postgres_accepts(self, empty):
        passwords = {"duro_test": "a b'c\\$d%", "duro_live": "l", "duro_sweep": "s"}
        await Migrator(empty).upgrade(passwords)
        connection = await asyncpg.connect(empty)
        stored = await connection.fetchval("select rolpassword from pg_authid where rolname = 'duro_test'")
        await connection.close()
        assert stored.startswith("SCRAM-SHA-256$4096:")

    @pytest.mark.parametrize("danger", ["bypassrls", "superuser", "createrole"])
    async def test_refuses_a_role_that_could_climb_over_the_walls(self, empty, admin, danger):
        async with admin.acquire() as connection:
            await connection.execute(f"alter role duro_sweep {danger}")
        try:
            with pytest.raises(UnsafeRoleError, match="duro_sweep"):
                await Migrator(empty).upgrade()
        finally:
            async with admin.acquire() as connection:
                await connection.execute(f"alter role duro_sweep no{danger}")

    async def test_refuses_a_role_that_was_made_a_member_of_another(self, empty, admin):
        async with admin.acquire() as connection:
            await connection.execute("grant duro_owner to duro_live")
        try:
            with pytest.raises(UnsafeRoleError, match="duro_live"):
                await Migrator(empty).upgrade()
        finally:
            async with admin.acquire() as connection:
                await connection.execute("revoke duro_owner from duro_live")


class TestACaseOfBefore:
    async def test_has_its_money_and_wakes(self, stage, admin):
        """It was opened before cases had a currency, and the walls hid it from the revision that should have cared."""
        merchant = (await stage.merchant()).in_mode(Mode.TEST)
        await merchant.subscription()
        await DeclinedRenewals(admin).make()
        async with admin.acquire() as connection:
            made = await connection.fetchrow("select * from test.dunning_schedules")
            await connection.execute("update test.dunning_schedules set currency = 'XXX', amount = 0, wake_at = null")

        revision = (files("duro.db") / "migrations" / "data" / "0011_cases_of_before.sql").read_text()
        async with admin.acquire() as connection:
            for schema in ("test", "live"):
                script = revision.replace("{schema}", schema)
                as_owner = f"set local role duro_owner; set local search_path to {schema}"
                await connection.execute(f"begin; {as_owner}; {script}; commit")

        async with admin.acquire() as connection:
            case = await connection.fetchrow("select * from test.dunning_schedules")
            walls = await connection.fetch(
                "select relforcerowsecurity from pg_class where relname in ('dunning_schedules', 'invoices')"
            )
        assert (case["currency"], case["amount"]) == (made["currency"], made["amount"])
        assert case["wake_at"] == case["opened_at"]
        assert [row["relforcerowsecurity"] for row in walls] == [True] * 4
