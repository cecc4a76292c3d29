import pytest
from duro.embedded import EmbeddedValkey
from redis.asyncio import Redis


@pytest.fixture(scope="session")
async def valkey_url(tmp_path_factory):
    server = EmbeddedValkey(tmp_path_factory.mktemp("valkey"))
    address = await server.start()
    yield address.url()
    await server.stop()


@pytest.fixture
async def redis_url(valkey_url):
    client = Redis.from_url(valkey_url)
    await client.flushall()
    await client.aclose()
    return valkey_url
