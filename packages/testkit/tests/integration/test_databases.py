import asyncio

import pytest

from duro.db.pool import DatabasePool
from duro.kernel import Mode


async def ask(url, query):
    pool = await DatabasePool.open(url, max_size=1)
    try:
        async with pool.acquire() as connection:
            return await connection.fetchval(query)
    finally:
        await pool.close()


class TestTheDatabaseOfATest:
    async def test_is_migrated(self, database):
        for table in ("core.tenants", "test.subscriptions", "live.subscriptions"):
            assert await ask(database.admin_url, f"table {table}") is None

    async def test_is_reached_by_each_role_under_its_own_name(self, database):
        urls = {
            "duro_admin": database.admin_url,
            "duro_test": database.test_url,
            "duro_live": database.live_url,
            "duro_sweep": database.sweep_url,
        }

        for role, url in urls.items():
            assert await ask(url, "select current_user || '@' || current_database()") == f"{role}@{database.name}"

    def test_names_the_role_of_a_mode(self, database):
        assert database.data_url(Mode.TEST) == database.test_url
        assert database.data_url(Mode.LIVE) == database.live_url

    @pytest.mark.parametrize("turn", ["first", "second"])
    async def test_holds_nothing_of_another_test(self, stage, database, turn):
        await stage.merchant()

        assert await ask(database.admin_url, "select count(*) from core.tenants") == 1

    async def test_is_gone_afterwards_even_with_a_session_left_open(self, database_template, servers):
        async with database_template.clone() as clone:
            left = await DatabasePool.open(clone.admin_url)

        left.terminate()
        names = await ask(servers.postgres.admin_url("postgres"), "select array_agg(datname::text) from pg_database")
        assert clone.name not in names

    async def test_can_be_cloned_many_times_at_once(self, database_template):
        async def use():
            async with database_template.clone() as clone:
                return await ask(clone.test_url, "select 1")

        assert await asyncio.gather(*(use() for _ in range(4))) == [1] * 4

    async def test_keeps_commits_unless_told_otherwise(self, servers, request):
        expected = "off" if request.config.getoption("--duro-without-fsync") else "on"

        assert await ask(servers.postgres.admin_url("postgres"), "show fsync") == expected
