import pytest_asyncio
from redis import Redis

from duro.cache import CacheServer


@pytest_asyncio.fixture(loop_scope="session")
async def server(redis_url):
    server = CacheServer(redis_url)
    yield server
    await server.close()


@pytest_asyncio.fixture(loop_scope="session")
async def redis_client(redis_url):
    with Redis.from_url(redis_url) as client:
        yield client
