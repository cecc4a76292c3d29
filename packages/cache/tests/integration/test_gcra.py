from dataclasses import dataclass
from math import floor

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis

from duro.cache import RateLimit
from duro.cache.script import Script

CLOCK = "redis.call('TIME')"
KEPT = "math.ceil(taken / 1000)"
START = 1_900_000_000_000_000
LIMITS = st.builds(RateLimit, st.integers(1, 2_000), st.integers(1, 40))
WAITS = st.lists(st.integers(0, 3_000_000) | st.sampled_from([0, 1, 500, 1_000_000]), min_size=1, max_size=150)


@dataclass
class Counter:
    """The program itself, with the server's clock replaced by the test's, and every key kept while it runs."""

    client: Redis
    is_expiring: bool = False

    def __post_init__(self) -> None:
        text = Script.named("gcra").text
        assert (text.count(CLOCK), text.count(KEPT)) == (1, 1)
        text = text.replace(CLOCK, "{0, ARGV[#ARGV]}")
        self.script = self.client.register_script(text if self.is_expiring else text.replace(KEPT, "3600000"))

    def ask(self, key: str, limit: RateLimit, now: int) -> tuple[bool, int, int]:
        allowed, remaining, wait = self.script([key], [limit.cost_microseconds, limit.burst, now])
        return allowed == 1, remaining, wait


def instants(waits):
    now = START
    for wait in waits:
        now += wait
        yield now


class TestTheProgram:
    """Its properties, over limits and waits of every size."""

    @settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(limit=LIMITS, waits=WAITS)
    def test_lets_through_at_most_the_burst_and_the_rate_times_the_time(self, redis_client, limit, waits):
        counter = Counter(redis_client)
        redis_client.delete("k")
        passed = [now for now in instants(waits) if counter.ask("k", limit, now)[0]]
        for index, first in enumerate(passed):
            for count, last in enumerate(passed[index:], start=1):
                assert count <= limit.burst + (last - first) * limit.per_second / 1_000_000

    @settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(limit=LIMITS, waits=WAITS)
    def test_answers_as_a_bucket_of_the_burst_that_fills_at_the_rate(self, redis_client, limit, waits):
        counter, cost = Counter(redis_client), limit.cost_microseconds
        redis_client.delete("k")
        free, before = limit.burst * cost, START
        for now in instants(waits):
            free, before = min(limit.burst * cost, free + now - before), now
            told = counter.ask("k", limit, now)
            if free >= cost:
                free -= cost
                assert told == (True, floor(free / cost), limit.burst * cost - free)
            else:
                assert told == (False, 0, cost - free)

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(limit=LIMITS)
    def test_lets_through_whoever_waits_as_long_as_told_and_not_a_microsecond_less(self, redis_client, limit):
        counter = Counter(redis_client)
        redis_client.delete("k")
        for _ in range(limit.burst):
            assert counter.ask("k", limit, START)[0]
        allowed, _, wait = counter.ask("k", limit, START)
        assert not allowed
        assert not counter.ask("k", limit, START + wait - 1)[0]
        assert counter.ask("k", limit, START + wait)[0]

    def test_forgets_what_it_had_noted_beyond_the_burst_when_the_clock_was_set_back(self, redis_client):
        counter, limit = Counter(redis_client), RateLimit(1, 5)
        assert counter.ask("k", limit, START)[0]
        allowed, _, wait = counter.ask("k", limit, START - 3_600_000_000)
        assert (allowed, wait) == (False, 1_000_000)

    def test_keeps_no_key_longer_than_it_says_anything(self, redis_client):
        counter, limit = Counter(redis_client, is_expiring=True), RateLimit(2, 10)
        counter.ask("k", limit, START)
        counter.ask("k", limit, START)
        assert 0 < redis_client.pttl("k") <= 1_000

    def test_counts_each_key_for_itself(self, redis_client):
        counter, limit = Counter(redis_client), RateLimit(1, 1)
        assert counter.ask("a", limit, START)[0]
        assert not counter.ask("a", limit, START)[0]
        assert counter.ask("b", limit, START)[0]
