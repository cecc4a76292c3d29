"""What limits cost and what a cache would save: checks, plan lists and keys, each beside its limit in the same run."""

import argparse
import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from statistics import median

import msgspec
import uvloop
from harness.due import DueSubscriptions
from redis.asyncio import Redis

from duro.billing import Cadence, Interval
from duro.cache import CacheServer, CacheStore, RateLimit, RateLimiter
from duro.crypto import SystemClock, Uuid7IdFactory
from duro.db import CredentialResolver, DatabasePool, RepositoryContexts, RoleUrls
from duro.db.migrator import Migrator
from duro.db.pages import PageRequest
from duro.http_kit.authenticator import ApiKeyAuthenticator
from duro.kernel import Currency, Mode, Money
from duro.merchant_api.plans import CreatePlan, CreatePlanCommand, ListPlans
from duro.public_api.plans.views import PlanPage
from duro.testkit.embedded_servers import EmbeddedServers

_PLANS = 20
_TOGETHER = 128
_ROWS = "select * from test.plans where tenant_id = $1 order by id desc limit 21"

Act = Callable[[], Awaitable[object]]


async def rate(act: Act, *, at_once: int, seconds: float) -> float:
    """Give how often per second the act is done by so many who each do it again and again."""
    began, done = time.perf_counter(), 0

    async def repeat() -> None:
        nonlocal done
        while time.perf_counter() - began < seconds:
            await act()
            done += 1

    await asyncio.gather(*(repeat() for _ in range(at_once)))
    return done / (time.perf_counter() - began)


async def limiting(url: str, stack: AsyncExitStack) -> dict[str, tuple[Act, int]]:
    """Checks of 1,000 subjects, beside a bare counter of the same server in pipelines of as many."""
    server, bare, limit = CacheServer(url), Redis.from_url(url), RateLimit(100, 200)
    limiter = RateLimiter(server)
    stack.push_async_callback(server.close)
    stack.push_async_callback(bare.aclose)
    number = 0

    async def check() -> None:
        nonlocal number
        number += 1
        assert await limiter.check(f"key:{number % 1_000}", limit) is not None

    async def count() -> None:
        pipeline = bare.pipeline(transaction=False)
        for subject in range(_TOGETHER):
            pipeline.incr(f"bare:{subject}")
        await pipeline.execute()

    return {"checks": (check, 256), "checks_alone": (check, 1), "counter_batches": (count, 2)}


async def reading(servers: EmbeddedServers, admin: DatabasePool, stack: AsyncExitStack) -> dict[str, tuple[Act, int]]:
    """The plan list, loaded and remembered, and whose a key is; beside the bare rows and the bare get."""
    (seeded,) = await DueSubscriptions(admin).seed(tenants=1, due=0)
    tenant_id, clock = seeded.tenant.id, SystemClock()
    pool = await DatabasePool.open(RoleUrls.derive(servers.postgres.admin_url()).test, min_size=10, max_size=10)
    stack.push_async_callback(pool.close)
    ids = Uuid7IdFactory(clock)
    contexts = RepositoryContexts(pool, Mode.TEST, clock=clock, ids=ids)
    for number in range(_PLANS - 1):
        terms = (Money(500_000, Currency("NGN")), Cadence(Interval.MONTH, 1))
        await CreatePlan(contexts, ids, clock).execute(
            tenant_id, CreatePlanCommand(name=f"Plan {number}", amount=terms[0], cadence=terms[1])
        )
    plans = ListPlans(contexts)
    keys = ApiKeyAuthenticator({Mode.TEST: CredentialResolver(pool)})
    url = servers.valkey.url()
    server, bare = CacheServer(url), Redis.from_url(url)
    cache = CacheStore(server).of(tenant_id, Mode.TEST).namespace("plans")
    stack.push_async_callback(server.close)
    stack.push_async_callback(bare.aclose)

    async def load() -> bytes:
        page = await plans.execute(tenant_id, PageRequest(20, None), is_archived=None)
        return msgspec.json.encode(PlanPage.of(page))

    async def rows() -> None:
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(f"set local duro.tenant_id = '{tenant_id.value}'")
            assert len(await connection.fetch(_ROWS, tenant_id.value)) == _PLANS

    async def authenticate() -> None:
        await keys.authenticate(f"Bearer {seeded.secret.text}")

    await bare.set("bare", await load())
    return {
        "plan_lists_loaded": (load, 10),
        "plan_lists_remembered": (lambda: cache.remember("all", seconds=60, load=load), 10),
        "plan_rows": (rows, 10),
        "bare_gets": (lambda: bare.get("bare"), 10),
        "keys_resolved": (authenticate, 10),
    }


async def run(options: argparse.Namespace) -> dict[str, float]:
    async with EmbeddedServers.running() as servers, AsyncExitStack() as stack:
        await Migrator(servers.postgres.admin_url()).upgrade()
        admin = await DatabasePool.open(servers.postgres.admin_url(), max_size=2)
        stack.push_async_callback(admin.close)
        acts = {**await limiting(servers.valkey.url(), stack), **await reading(servers, admin, stack)}
        taken: dict[str, list[float]] = {name: [] for name in acts}
        for _ in range(options.rounds):
            for name, (act, at_once) in acts.items():
                taken[name].append(await rate(act, at_once=at_once, seconds=options.window))
        figures = {f"{name}_per_second": round(median(each), 1) for name, each in taken.items()}
        counters = round(figures.pop("counter_batches_per_second") * _TOGETHER, 1)
        return {
            **figures,
            "bare_counters_per_second": counters,
            "checks_share_of_limit": round(figures["checks_per_second"] / counters, 3),
            "loaded_share_of_limit": round(
                figures["plan_lists_loaded_per_second"] / figures["plan_rows_per_second"], 3
            ),
            "remembered_share_of_limit": round(
                figures["plan_lists_remembered_per_second"] / figures["bare_gets_per_second"], 3
            ),
            "remembered_over_loaded": round(
                figures["plan_lists_remembered_per_second"] / figures["plan_lists_loaded_per_second"], 2
            ),
            "load_average": round(os.getloadavg()[0], 1),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--window", type=float, default=1.0, help="seconds of each measurement")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = uvloop.run(run(options))
    for name, figure in figures.items():
        print(f"{name:36} {figure:12,}")
    if options.json:
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
