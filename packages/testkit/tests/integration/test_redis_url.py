import pytest
from redis.asyncio import Redis


class TestTheRedisUrl:
    @pytest.mark.parametrize("turn", ["first", "second"])
    @pytest.mark.parametrize("number", [0, 3])
    async def test_leads_to_an_empty_valkey(self, redis_url, number, turn):
        async with Redis.from_url(redis_url, db=number) as client:
            assert await client.keys() == []
            await client.set("left", turn)
            await client.select(number)
            await client.set("left", turn)
