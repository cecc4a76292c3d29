import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from redis.asyncio import Redis

from duro.cache import RateLimit
from duro.http_kit.client_address import TrustedProxies
from duro.http_kit.rate_limits import RateLimits
from duro.kernel import Clock, IdFactory, Mode
from duro.public_api.collaborators import Collaborators
from duro.public_api.composition import Composition
from duro.public_api.server import PublicApiServer
from duro.public_api.settings import Settings
from duro.testkit.stage import Stage
from duro.testkit.staged_merchant import StagedMerchant

TOLD = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
PLAN = {"name": "Monthly", "amount": 500_000, "currency": "NGN", "interval": "month"}


def bearing(merchant: StagedMerchant, mode: Mode = Mode.TEST) -> dict[str, str]:
    return {"Authorization": f"Bearer {merchant.secrets[mode].text}"}


def numbers(answer: httpx.Response) -> tuple[int, int, int]:
    return tuple(int(answer.headers[name]) for name in TOLD)


class Door:
    """Opens APIs over the test's database whose callers are limited."""

    def __init__(self, settings: Settings, collaborators: Collaborators) -> None:
        self._settings = settings
        self._collaborators = collaborators

    @asynccontextmanager
    async def limited(
        self, *, credential: RateLimit | None = None, address: RateLimit | None = None, proxies: str = ""
    ) -> AsyncGenerator[httpx.AsyncClient]:
        limits = RateLimits(credential=credential, address=address, proxies=TrustedProxies.parse(proxies))
        composition = await Composition.open(replace(self._settings, limits=limits), self._collaborators)
        async with (
            PublicApiServer(composition) as server,
            httpx.AsyncClient(base_url=server.url, timeout=30) as client,
        ):
            yield client


@pytest.fixture
def collaborators(clock: Clock, ids: IdFactory, gateway) -> Collaborators:
    return Collaborators(clock, ids, gateway)


@pytest.fixture
def door(settings: Settings, redis_url: str, collaborators: Collaborators) -> Door:
    return Door(replace(settings, redis_url=redis_url), collaborators)


class TestTheLimitOfAKey:
    async def test_is_told_with_every_answer_and_counted_down(self, door: Door, merchant: StagedMerchant):
        async with door.limited(credential=RateLimit(1, 5)) as client:
            shown = await client.get("/v1/plans", headers=bearing(merchant))
            missing = await client.get("/v1/plans/plan_x", headers=bearing(merchant))
            refused = await client.post("/v1/plans", headers=bearing(merchant), json={})
        assert [answer.status_code for answer in (shown, missing, refused)] == [200, 422, 422]
        assert [numbers(answer)[:2] for answer in (shown, missing, refused)] == [(5, 4), (5, 3), (5, 2)]
        assert numbers(shown)[2] == 1

    async def test_refuses_with_the_form_of_every_error_and_says_when_to_come_back(
        self, door: Door, merchant: StagedMerchant
    ):
        async with door.limited(credential=RateLimit(1, 1)) as client:
            await client.get("/v1/plans", headers=bearing(merchant))
            answer = await client.post("/v1/plans", headers={**bearing(merchant), "Idempotency-Key": "a"}, json=PLAN)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["docUrl"]) == (429, "rate_limited", "/docs#error-rate_limited")
        assert error["requestId"] == answer.headers["Request-Id"]
        assert (answer.headers["Retry-After"], numbers(answer)) == ("1", (1, 0, 1))

    async def test_keeps_no_refusal_for_the_repeats_of_an_idempotency_key(
        self, door: Door, merchant: StagedMerchant, redis_url: str
    ):
        headers = {**bearing(merchant), "Idempotency-Key": "a"}
        async with door.limited(credential=RateLimit(1, 1)) as client, Redis.from_url(redis_url) as redis:
            await client.get("/v1/plans", headers=headers)
            refused = await client.post("/v1/plans", headers=headers, json=PLAN)
            await redis.flushall()
            made = await client.post("/v1/plans", headers=headers, json=PLAN)
        assert (refused.status_code, made.status_code) == (429, 201)
        assert "Idempotent-Replayed" not in made.headers

    async def test_is_the_same_for_all_processes_together(self, door: Door, merchant: StagedMerchant):
        limit = RateLimit(1, 20)
        async with door.limited(credential=limit) as one, door.limited(credential=limit) as other:
            asked = (client.get("/v1/plans", headers=bearing(merchant)) for client in (one, other) * 30)
            statuses = Counter(answer.status_code for answer in await asyncio.gather(*asked))
        assert statuses[200] in {20, 21, 22, 23}
        assert statuses[200] + statuses[429] == 60

    async def test_leaves_other_keys_and_the_other_mode_alone(self, door: Door, merchant: StagedMerchant, stage: Stage):
        other = await stage.merchant()
        async with door.limited(credential=RateLimit(1, 1)) as client:
            first = await client.get("/v1/plans", headers=bearing(merchant))
            again = await client.get("/v1/plans", headers=bearing(merchant))
            live = await client.get("/v1/plans", headers=bearing(merchant, Mode.LIVE))
            neighbour = await client.get("/v1/plans", headers=bearing(other))
        assert [answer.status_code for answer in (first, again, live, neighbour)] == [200, 429, 200, 200]


class TestTheLimitOfAnAddress:
    async def test_comes_before_anybody_looks_at_the_key(self, door: Door):
        async with door.limited(address=RateLimit(1, 2)) as client:
            answers = [await client.get("/v1/plans", headers={"Authorization": "Bearer x"}) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [401, 401, 429]
        assert [numbers(answer)[:2] for answer in answers] == [(2, 1), (2, 0), (2, 0)]
        assert int(answers[-1].headers["Retry-After"]) >= 1

    async def test_never_refuses_the_supervisor(self, door: Door):
        async with door.limited(address=RateLimit(1, 1)) as client:
            answers = [await client.get("/health/live") for _ in range(5)]
            assert [answer.status_code for answer in answers] == [200] * 5
            assert not set(map(str.lower, TOLD)) & set(answers[0].headers)
            assert [(await client.get("/docs")).status_code for _ in range(2)] == [200, 429]

    async def test_is_that_of_the_caller_behind_a_proxy_that_is_trusted(self, door: Door):
        async with door.limited(address=RateLimit(1, 1), proxies="127.0.0.1") as client:
            asked = [
                await client.get("/v1/plans", headers={"X-Forwarded-For": told})
                for told in ("192.0.2.1", "192.0.2.2", "198.51.100.1, 192.0.2.1")
            ]
        assert [answer.status_code for answer in asked] == [401, 401, 429]

    async def test_takes_no_strangers_word_for_where_a_call_comes_from(self, door: Door):
        async with door.limited(address=RateLimit(1, 1)) as client:
            asked = [await client.get("/v1/plans", headers={"X-Forwarded-For": f"192.0.2.{n}"}) for n in range(2)]
        assert [answer.status_code for answer in asked] == [401, 429]


class TestWithoutAServerThatCounts:
    async def test_everybody_is_let_through_and_told_nothing(
        self, settings: Settings, collaborators: Collaborators, merchant: StagedMerchant, tmp_path: Path
    ):
        door = Door(replace(settings, redis_url=f"unix://{tmp_path}/nobody.sock?db=0"), collaborators)
        one = RateLimit(1, 1)
        async with door.limited(credential=one, address=one) as client:
            answers = [await client.get("/v1/plans", headers=bearing(merchant)) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200] * 5
        assert not set(map(str.lower, TOLD)) & set(answers[0].headers)
