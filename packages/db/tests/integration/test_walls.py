from dataclasses import replace

import asyncpg
import pytest

from duro.db.records import ApiKey
from duro.kernel import ApiKeyId, Mode

COUNT = "select count(*) from test.customers"


class TestTheWallBetweenTenants:
    async def test_shows_no_row_without_a_setting(self, book):
        await book.standing(await book.tenant())
        async with book.pools[Mode.TEST].acquire() as connection:
            assert await connection.fetchval(COUNT) == 0
            assert await connection.fetchval("select count(*) from core.tenants") == 0

    async def test_shows_no_row_of_another_tenant(self, book):
        standing = await book.standing(await book.tenant())
        async with book.test.open(await book.tenant("Other")) as repos:
            assert await repos.customers.get(standing.customer.id) is None
            assert await repos.session.connection.fetchval(COUNT) == 0
            assert await repos.session.connection.fetchval("select count(*) from core.tenants") == 1

    async def test_shows_no_row_to_a_connection_that_served_a_tenant_before(self, book):
        tenant = await book.tenant()
        await book.standing(tenant)
        async with book.pools[Mode.TEST].acquire() as connection:
            await connection.execute(f"begin; set local duro.tenant_id = '{tenant.value}'")
            assert await connection.fetchval(COUNT) == 1
            await connection.execute("commit")
            assert await connection.fetchval("select current_setting('duro.tenant_id', true)") == ""
            assert await connection.fetchval(COUNT) == 0

    async def test_refuses_to_insert_for_another_tenant(self, book):
        tenant, other = await book.tenant(), await book.tenant("Other")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with book.test.open(tenant) as repos:
                await repos.session.connection.execute(
                    "insert into test.customers (tenant_id, id, email, created_at, updated_at) "
                    "values ($1, $1, 'x@example.com', now(), now())",
                    other.value,
                )

    async def test_refuses_to_give_a_row_to_another_tenant(self, book):
        tenant, other = await book.tenant(), await book.tenant("Other")
        await book.standing(tenant)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with book.test.open(tenant) as repos:
                await repos.session.connection.execute("update test.plans set tenant_id = $1", other.value)

    async def test_updates_nothing_of_another_tenant(self, book):
        await book.standing(await book.tenant())
        async with book.test.open(await book.tenant("Other")) as repos:
            assert await repos.session.connection.execute("update test.plans set name = 'taken'") == "UPDATE 0"


class TestTheWallBetweenModes:
    @pytest.mark.parametrize(("mode", "other"), [(Mode.LIVE, "test"), (Mode.TEST, "live")])
    async def test_hides_the_other_schema(self, book, mode, other):
        async with book.pools[mode].acquire() as connection:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetch(f"select * from {other}.customers")

    async def test_hides_and_refuses_keys_of_the_other_mode(self, book):
        tenant = await book.tenant()
        key = ApiKey(book.ids.new(ApiKeyId), Mode.LIVE, b"1" * 32, "sk_live_…", book.clock.now())
        async with book.contexts[Mode.LIVE].open(tenant) as repos:
            await repos.api_keys.insert(key)
        async with book.test.open(tenant) as repos:
            assert await repos.api_keys.get(key.id) is None
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with book.test.open(tenant) as repos:
                await repos.api_keys.insert(replace(key, id=book.ids.new(ApiKeyId), secret_digest=b"2" * 32))


class TestAServiceRole:
    @pytest.mark.parametrize(
        "statement",
        [
            "truncate test.idempotency_records",
            "create table test.extra (id integer)",
            "create table public.extra (id integer)",
            "alter table test.plans disable row level security",
            "drop table test.plans",
            "delete from test.subscriptions",
            "delete from test.events",
            "update test.events set data = '{}'",
            "update test.ledger_entries set amount = 1",
            "delete from test.ledger_entries",
            "update test.journals set cause_type = 'void'",
            "delete from test.journals",
            "update test.invoice_lines set amount = 1",
            "update core.tenants set status = 'active'",
            "update core.api_keys set secret_digest = ''",
            "select * from migrations.test",
            "set role duro_owner",
            "set role duro_resolver",
        ],
    )
    async def test_cannot(self, book, statement):
        async with book.pools[Mode.TEST].acquire() as connection:
            with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.PostgresError)) as raised:
                await connection.execute(statement)
        assert raised.value.sqlstate == "42501"


class TestTheSweepRole:
    async def test_sees_ids_of_every_tenant(self, book, sweep_pool):
        first, second = await book.tenant(), await book.tenant("Other")
        await book.standing(first)
        await book.standing(second)
        async with sweep_pool.acquire() as connection:
            rows = await connection.fetch("select tenant_id from test.subscriptions")
        assert {row["tenant_id"] for row in rows} == {first.value, second.value}

    @pytest.mark.parametrize(
        "statement",
        [
            "select amount from test.subscriptions",
            "select * from test.subscriptions",
            "select metadata from live.subscriptions",
            "select amount from test.payment_attempts",
            "select amount from test.refunds",
            "select name from core.tenants",
            "select * from core.api_keys",
            "select * from test.customers",
            "select * from core.resolve_api_key('')",
            "update test.subscriptions set status = 'active'",
            "insert into core.tenants (id, name, created_at) values (gen_random_uuid(), 'x', now())",
            "delete from test.payment_attempts",
        ],
    )
    async def test_cannot(self, sweep_pool, statement):
        async with sweep_pool.acquire() as connection:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
