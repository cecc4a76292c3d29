from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest
import pytest_asyncio

from duro.db import DatabasePool
from duro.kernel import Clock, IdFactory, Mode
from duro.public_api.collaborators import Collaborators
from duro.public_api.composition import Composition
from duro.public_api.server import PublicApiServer
from duro.public_api.settings import Settings
from duro.testkit.cloned_database import ClonedDatabase
from duro.testkit.merchant_client import Json, MerchantClient
from duro.testkit.process_runner import ProcessRunner
from duro.testkit.stage import Stage
from duro.testkit.staged_merchant import StagedMerchant


class Town:
    """APIs over the test's one database, each with its own connection to a cache, as processes have."""

    def __init__(self, settings: Settings, collaborators: Collaborators, merchant: StagedMerchant) -> None:
        self._settings = settings
        self._collaborators = collaborators
        self._merchant = merchant

    @asynccontextmanager
    async def api(self, redis_url: str, mode: Mode = Mode.TEST) -> AsyncIterator[MerchantClient]:
        composition = await Composition.open(replace(self._settings, redis_url=redis_url), self._collaborators)
        headers = {"Authorization": f"Bearer {self._merchant.secrets[mode].text}"}
        async with (
            PublicApiServer(composition) as server,
            httpx.AsyncClient(base_url=server.url, headers=headers, timeout=30, trust_env=False) as client,
        ):
            yield MerchantClient(client)


@pytest.fixture
def town(settings: Settings, clock: Clock, ids: IdFactory, gateway, merchant: StagedMerchant) -> Town:
    return Town(settings, Collaborators(clock, ids, gateway), merchant)


@pytest_asyncio.fixture(loop_scope="session")
async def one(town: Town, redis_url: str) -> AsyncGenerator[MerchantClient]:
    async with town.api(redis_url) as api:
        yield api


@pytest_asyncio.fixture(loop_scope="session")
async def other(town: Town, redis_url: str) -> AsyncGenerator[MerchantClient]:
    async with town.api(redis_url) as api:
        yield api


async def listed(api: MerchantClient, **query: str) -> list[tuple[str, bool]]:
    return [(plan["name"], plan["archived"]) for plan in (await api.read("/v1/plans", **query))["items"]]


async def shown(api: MerchantClient, plan: Json) -> tuple[str, bool]:
    found = await api.read(f"/v1/plans/{plan['id']}")
    return found["name"], found["archived"]


async def renamed_behind_their_backs(database: ClonedDatabase, name: str) -> None:
    """Change plans past every API, so that whoever shows the old name has kept it."""
    pool = await DatabasePool.open(database.admin_url, max_size=1)
    async with pool.acquire() as connection:
        await connection.execute(f"update test.plans set name = '{name}'")
    await pool.close()


class TestPlans:
    async def test_are_kept_for_all_processes(
        self, one: MerchantClient, other: MerchantClient, database: ClonedDatabase
    ):
        plan = await one.plan(name="Gold")
        assert await listed(one) == [await shown(one, plan)] == [("Gold", False)]
        await renamed_behind_their_backs(database, "Silver")
        for api in (one, other):
            assert await listed(api) == [await shown(api, plan)] == [("Gold", False)]

    async def test_are_shown_as_they_are_by_every_process_once_one_has_changed_them(
        self, one: MerchantClient, other: MerchantClient
    ):
        assert await listed(other) == []
        gold = await one.plan(name="Gold")
        assert await listed(other) == [await shown(other, gold)] == [("Gold", False)]
        await one.http.patch(f"/v1/plans/{gold['id']}", json={"name": "Silver"})
        assert await listed(other) == [await shown(other, gold)] == [("Silver", False)]
        await other.post(f"/v1/plans/{gold['id']}/archive")
        for api in (one, other):
            assert await listed(api) == [await shown(api, gold)] == [("Silver", True)]
            assert await listed(api, archived="false") == []

    async def test_that_do_not_exist_are_looked_for_again(self, one: MerchantClient, other: MerchantClient):
        unknown = "/v1/plans/plan_01jxk8m3s4e5f6g7h8j9k0m1n2"
        for api in (one, other, one):
            assert (await api.http.get(unknown)).status_code == 404

    async def test_are_shown_page_by_page_and_query_by_query(self, one: MerchantClient):
        for name in ("A", "B", "C"):
            await one.plan(name=name)
        for _ in range(2):
            assert await listed(one, limit="2") == [("C", False), ("B", False)]
            first = await one.read("/v1/plans", limit="2")
            assert await listed(one, limit="2", cursor=first["nextCursor"]) == [("A", False)]
            assert await listed(one) == [("C", False), ("B", False), ("A", False)]
            assert await listed(one, archived="true") == []

    async def test_are_those_of_one_merchant_in_one_mode(
        self, town: Town, one: MerchantClient, redis_url, stage: Stage
    ):
        plan = await one.plan(name="Gold")
        assert await listed(one) == [await shown(one, plan)]
        stranger = {"Authorization": f"Bearer {(await stage.merchant()).secret.text}"}
        async with town.api(redis_url, Mode.LIVE) as live:
            for headers in ({}, stranger):
                http = live.http if not headers else one.http
                assert (await http.get("/v1/plans", headers=headers)).json()["items"] == []
                assert (await http.get(f"/v1/plans/{plan['id']}", headers=headers)).status_code == 404

    async def test_are_not_needed_from_a_cache_that_is_lost(
        self, town: Town, one: MerchantClient, database: ClonedDatabase, tmp_path
    ):
        async with ProcessRunner.open(tmp_path) as processes:
            nowhere = f"redis://127.0.0.1:{processes.free_port()}"
        async with town.api(nowhere) as alone:
            plan = await alone.plan(name="Gold")
            assert await listed(alone) == [await shown(alone, plan)] == [("Gold", False)]
            await renamed_behind_their_backs(database, "Silver")
            assert await listed(alone) == [await shown(alone, plan)] == [("Silver", False)]
            await alone.post(f"/v1/plans/{plan['id']}/archive")
            assert await listed(alone) == [await shown(alone, plan)] == [("Silver", True)]
