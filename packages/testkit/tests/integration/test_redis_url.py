import pytest
from redis.asyncio import Redis


class TestTheRedisUrl:
    @pytest.mark.parametrize("turn", ["first", "second"])
    async def test_leads_to_a_valkey_that_is_empty_in_every_database(self, redis_url, servers, turn):
        assert redis_url == servers.valkey.url(0)
        for number in (0, 3):
            async with Redis.from_url(servers.valkey.url(number)) as client:
                assert await client.keys() == []
                await client.set("left", turn)
