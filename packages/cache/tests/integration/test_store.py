import asyncio
import sys
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from duro.cache import CacheServer, CacheStore, Patience
from duro.embedded import EmbeddedValkey
from duro.kernel import Mode, TenantId
from duro.testkit.deadline import Deadline

LOADING = Path(__file__).with_name("loading_process.py")


class Shelf:
    """Loads what stands on it, counts how often, and can be made to wait."""

    def __init__(self, value: bytes | None = b"one") -> None:
        self.value = value
        self.loads = 0
        self.door = asyncio.Event()
        self.door.set()

    async def load(self) -> bytes | None:
        self.loads += 1
        value = self.value
        await self.door.wait()
        return value


@pytest.fixture
def shelf():
    return Shelf()


@pytest.fixture
def tenant_id(ids):
    return ids.new(TenantId)


@pytest.fixture
def store(server):
    return CacheStore(server)


@pytest.fixture
def plans(store, tenant_id):
    return store.of(tenant_id, Mode.LIVE).namespace("plans")


@pytest.fixture
async def elsewhere(redis_url, tenant_id):
    """Open the same namespace as another process does."""
    server = CacheServer(redis_url)
    yield CacheStore(server).of(tenant_id, Mode.LIVE).namespace("plans")
    await server.close()


class TestRemembering:
    async def test_loads_once_and_keeps_it_for_so_long(self, plans, shelf, redis_client):
        assert [await plans.remember("a", seconds=60, load=shelf.load) for _ in range(3)] == [b"one"] * 3
        assert shelf.loads == 1
        (kept,) = [key for key in redis_client.scan_iter() if key.endswith(b":a")]
        assert 0 < redis_client.pttl(kept) <= 60_000

    @pytest.mark.parametrize("value", [None, b"", b"0", b"\x00\xff"])
    async def test_keeps_nothing_like_any_other_answer(self, plans, value):
        shelf = Shelf(value)
        assert [await plans.remember("a", seconds=60, load=shelf.load) for _ in range(2)] == [value] * 2
        assert shelf.loads == 1

    async def test_keeps_names_namespaces_modes_and_tenants_apart(self, store, tenant_id, ids, redis_client):
        caches = [store.of(tenant, mode) for tenant in (tenant_id, ids.new(TenantId)) for mode in Mode]
        places = [(cache.namespace(kind), name) for cache in caches for kind in ("plans", "keys") for name in "ab"]
        shelves = [Shelf(str(number).encode()) for number in range(len(places))]
        for (space, name), shelf in zip(places, shelves, strict=True):
            await space.remember(name, seconds=60, load=shelf.load)
        for (space, name), shelf in zip(places, shelves, strict=True):
            assert await space.remember(name, seconds=60, load=shelf.load) == shelf.value
        assert [shelf.loads for shelf in shelves] == [1] * 16
        assert all(b":live:ten_" in key or b":test:ten_" in key for key in redis_client.scan_iter())

    async def test_keeps_no_error(self, plans, shelf):
        async def fail() -> bytes:
            raise LookupError("no")

        with pytest.raises(LookupError):
            await plans.remember("a", seconds=60, load=fail)
        assert await plans.remember("a", seconds=60, load=shelf.load) == b"one"


class TestManyAtOnce:
    async def test_in_one_process_load_once(self, plans, shelf):
        asked = [plans.remember("a", seconds=60, load=shelf.load) for _ in range(500)]
        assert set(await asyncio.gather(*asked)) == {b"one"}
        assert shelf.loads == 1

    async def test_load_once_though_the_first_gives_up(self, plans, shelf):
        shelf.door.clear()
        first = asyncio.create_task(plans.remember("a", seconds=60, load=shelf.load))
        await Deadline(5).until(lambda: shelf.loads == 1, "the load")
        second = asyncio.create_task(plans.remember("a", seconds=60, load=shelf.load))
        first.cancel()
        await asyncio.wait({first})
        shelf.door.set()
        assert await second == b"one"
        assert shelf.loads == 1

    async def test_in_eight_processes_load_once(self, redis_url, tenant_id):
        words, pipe = (sys.executable, str(LOADING), redis_url, str(tenant_id)), asyncio.subprocess.PIPE
        processes = [await asyncio.create_subprocess_exec(*words, stdin=pipe, stdout=pipe) for _ in range(8)]
        for process in processes:
            assert await process.stdout.readline() == b"ready\n"
        outcomes = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
        assert sorted(int(out) for out, _ in outcomes) == [0] * 7 + [1]

    async def test_go_on_when_the_one_that_loads_is_never_heard_of_again(self, server, tenant_id, shelf, elsewhere):
        hurried = CacheStore(server, patience=Patience(loading_seconds=0.3))
        lost = Shelf()
        lost.door.clear()
        plans = hurried.of(tenant_id, Mode.LIVE).namespace("plans")
        dead = asyncio.create_task(plans.remember("a", seconds=60, load=lost.load))
        await Deadline(5).until(lambda: lost.loads == 1, "the load")
        assert await elsewhere.remember("a", seconds=60, load=shelf.load) == b"one"
        lost.door.set()
        await dead


class TestBumping:
    async def test_forgets_for_every_process(self, plans, elsewhere, shelf):
        await plans.remember("a", seconds=60, load=shelf.load)
        shelf.value = b"two"
        assert await elsewhere.remember("a", seconds=60, load=shelf.load) == b"one"
        await plans.bump()
        assert await elsewhere.remember("a", seconds=60, load=shelf.load) == b"two"
        assert await plans.remember("a", seconds=60, load=shelf.load) == b"two"

    async def test_forgets_what_was_being_loaded_before_the_change(self, plans, elsewhere, shelf):
        shelf.door.clear()
        early = asyncio.create_task(plans.remember("a", seconds=60, load=shelf.load))
        await Deadline(5).until(lambda: shelf.loads == 1, "the early load")
        shelf.value = b"two"
        await elsewhere.bump()
        late = asyncio.create_task(plans.remember("a", seconds=60, load=shelf.load))
        await Deadline(5).until(lambda: shelf.loads == 2, "the late load")
        shelf.door.set()
        assert (await early, await late) == (b"one", b"two")
        assert await elsewhere.remember("a", seconds=60, load=shelf.load) == b"two"

    async def test_leaves_other_tenants_alone(self, plans, store, ids, shelf):
        other = store.of(ids.new(TenantId), Mode.LIVE).namespace("plans")
        await other.remember("a", seconds=60, load=shelf.load)
        await plans.bump()
        await other.remember("a", seconds=60, load=shelf.load)
        assert shelf.loads == 1


class TestALostServer:
    async def test_that_was_flushed_loads_again(self, plans, shelf, redis_client):
        await plans.remember("a", seconds=60, load=shelf.load)
        shelf.value = b"two"
        redis_client.flushall()
        assert await plans.remember("a", seconds=60, load=shelf.load) == b"two"

    async def test_shows_nothing_out_of_date_though_it_kept_the_values_and_lost_the_version(
        self, plans, shelf, redis_client
    ):
        await plans.remember("a", seconds=60, load=shelf.load)
        shelf.value = b"two"
        redis_client.delete(min(redis_client.keys(), key=len))
        assert await plans.remember("a", seconds=60, load=shelf.load) == b"two"

    async def test_costs_a_load_each_time_but_one_for_all_who_ask_at_once(self, tmp_path, tenant_id, shelf):
        server = CacheServer(f"unix://{tmp_path}/nobody.sock?db=0")
        plans = CacheStore(server).of(tenant_id, Mode.LIVE).namespace("plans")

        async def load_slowly() -> bytes | None:
            await asyncio.sleep(0.5)
            return await shelf.load()

        with capture_logs():
            asked = [plans.remember("a", seconds=60, load=load_slowly) for _ in range(50)]
            assert set(await asyncio.gather(*asked)) == {b"one"}
            assert shelf.loads <= 3
            before = shelf.loads
            assert await plans.remember("a", seconds=60, load=shelf.load) == b"one"
            assert shelf.loads == before + 1
        await server.close()

    async def test_is_told_of_a_change_it_missed_before_it_is_asked_again(self, server_home, tenant_id, shelf):
        valkey = EmbeddedValkey(server_home)
        server = CacheServer((await valkey.start()).url())
        plans = CacheStore(server).of(tenant_id, Mode.LIVE).namespace("plans")
        await plans.remember("a", seconds=600, load=shelf.load)
        with capture_logs() as logs:
            await valkey.stop()
            shelf.value = b"two"
            await plans.bump()
            assert await plans.remember("a", seconds=600, load=shelf.load) == b"two"
            await valkey.start()

            async def is_back() -> bool:
                assert await plans.remember("a", seconds=600, load=shelf.load) == b"two"
                return "cache_server_is_back" in {entry["event"] for entry in logs}

            await Deadline(20).until(is_back, "the server")
        await server.close()
        await valkey.stop()
