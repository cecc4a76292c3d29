import os
import stat

import psutil
import pytest
from redis.asyncio import Redis

from duro.embedded import AlreadyRunningError, EmbeddedValkey


@pytest.fixture
async def valkey(home, shared_root):
    server = EmbeddedValkey(home, shared_root=shared_root)
    yield server
    await server.stop()


class TestAStartedValkey:
    async def test_answers_at_its_url(self, valkey):
        address = await valkey.start()

        async with Redis.from_url(address.url(3)) as client:
            assert await client.ping()
            assert client.connection_pool.connection_kwargs["db"] == 3

    async def test_is_a_direct_child_that_never_runs_as_root_nor_listens_on_a_port(self, valkey):
        await valkey.start()

        process = psutil.Process(valkey.pid)

        assert process.ppid() == os.getpid()
        assert 0 not in {*process.uids(), *process.gids()}
        assert process.net_connections(kind="inet") == []

    async def test_lets_nobody_else_into_its_data_and_sockets(self, valkey):
        address = await valkey.start()

        for folder in (address.socket.parent, valkey.placement.folder / "data"):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    async def test_never_drops_a_key_and_writes_every_one_down(self, valkey):
        address = await valkey.start()

        async with Redis.from_url(address.url(), decode_responses=True) as client:
            found = await client.config_get("maxmemory-policy", "appendonly")

        assert found == {"maxmemory-policy": "noeviction", "appendonly": "yes"}

    async def test_keeps_its_keys_over_a_stop_and_a_start(self, valkey):
        address = await valkey.start()
        async with Redis.from_url(address.url()) as client:
            await client.set("kept", "7")
        await valkey.stop()
        assert (valkey.is_running, valkey.pid) == (False, None)

        address = await valkey.start()

        async with Redis.from_url(address.url()) as client:
            assert await client.get("kept") == b"7"

    async def test_starts_over_a_socket_that_was_left(self, valkey):
        address = await valkey.start()
        await valkey.stop()
        address.socket.touch()

        await valkey.start()

        async with Redis.from_url(address.url()) as client:
            assert await client.ping()

    async def test_refuses_a_second_server_in_its_folder(self, valkey, home, shared_root):
        await valkey.start()

        with pytest.raises(AlreadyRunningError, match="Valkey"):
            await EmbeddedValkey(home, shared_root=shared_root).start()
