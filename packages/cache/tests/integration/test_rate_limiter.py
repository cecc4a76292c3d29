import asyncio
import sys
import time
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from duro.cache import CacheServer, RateLimit, RateLimiter
from duro.embedded import EmbeddedValkey
from duro.testkit.deadline import Deadline

ASKING = Path(__file__).with_name("asking_process.py")


@pytest.fixture
def limiter(server):
    return RateLimiter(server)


async def passes(limiter: RateLimiter, subject: str, limit: RateLimit, count: int) -> int:
    verdicts = await asyncio.gather(*(limiter.check(subject, limit) for _ in range(count)))
    return sum(verdict is not None and verdict.is_allowed for verdict in verdicts)


class TestARateLimiter:
    async def test_lets_the_burst_through_and_counts_down(self, limiter):
        limit = RateLimit(1, 3)
        verdicts = [await limiter.check("a", limit) for _ in range(4)]
        assert [verdict.remaining for verdict in verdicts] == [2, 1, 0, 0]
        assert [verdict.is_allowed for verdict in verdicts] == [True, True, True, False]
        assert [verdict.reset_seconds for verdict in verdicts] == [1, 2, 3, 3]
        assert verdicts[-1].retry_after_seconds == 1

    async def test_lets_the_next_one_through_when_the_time_it_told_has_passed(self, limiter):
        limit = RateLimit(20, 1)
        assert (await limiter.check("a", limit)).is_allowed
        began = time.monotonic()

        async def is_let_through() -> bool:
            return (await limiter.check("a", limit)).is_allowed

        await Deadline(5).until(is_let_through, "the next one")
        assert time.monotonic() - began >= 0.04

    async def test_counts_exactly_when_a_thousand_ask_at_once(self, limiter):
        assert await passes(limiter, "a", RateLimit(1, 70), 1_000) == 70

    async def test_keeps_subjects_apart_that_ask_at_once(self, limiter):
        limit = RateLimit(1, 5)
        assert await asyncio.gather(*(passes(limiter, f"s{n}", limit, 9) for n in range(40))) == [5] * 40

    async def test_counts_several_subjects_of_one_request(self, limiter):
        limits = {"a": RateLimit(1, 2), "b": RateLimit(1, 1)}
        told = [await limiter.check_all(limits) for _ in range(2)]
        assert [[verdict.is_allowed for verdict in verdicts] for verdicts in told] == [[True, True], [True, False]]
        assert [verdict.limit for verdict in told[0]] == list(limits.values())

    async def test_survives_callers_that_give_up(self, limiter):
        limit = RateLimit(1, 50)
        tasks = [asyncio.create_task(limiter.check("a", limit)) for _ in range(20)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert sum(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes) == 10
        assert (await limiter.check("a", limit)).is_allowed


class TestEightProcesses:
    async def test_together_pass_no_more_than_the_burst_and_the_rate_times_the_time(self, redis_url):
        per_second, burst, seconds = 200, 100, 1.5
        words = (sys.executable, str(ASKING), redis_url, str(per_second), str(burst), str(seconds))
        pipe = asyncio.subprocess.PIPE
        processes = [await asyncio.create_subprocess_exec(*words, stdin=pipe, stdout=pipe) for _ in range(8)]
        for process in processes:
            assert await process.stdout.readline() == b"ready\n"
        began = time.monotonic()
        outcomes = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
        elapsed = time.monotonic() - began
        passed = [int(out) for out, _ in outcomes]
        assert burst + per_second * (seconds - 0.2) <= sum(passed) <= burst + per_second * elapsed


class TestALostServer:
    async def test_forgets_the_counts_and_goes_on_when_it_is_flushed(self, limiter, redis_client):
        limit = RateLimit(1, 2)
        assert await passes(limiter, "a", limit, 5) == 2
        redis_client.flushall()
        redis_client.script_flush()
        assert await passes(limiter, "a", limit, 5) == 2
        assert limiter.unchecked == 0

    async def test_lets_everybody_through_says_so_once_and_counts_again_when_it_is_back(self, server_home):
        valkey = EmbeddedValkey(server_home)
        server = CacheServer((await valkey.start()).url())
        limiter, limit = RateLimiter(server), RateLimit(1, 1)
        assert [await passes(limiter, "a", limit, 1) for _ in range(2)] == [1, 0]
        with capture_logs() as logs:
            await valkey.stop()
            assert [await limiter.check("a", limit) for _ in range(50)] == [None] * 50
            assert limiter.unchecked == 50
            await valkey.start()

            async def is_counting() -> bool:
                return await limiter.check("b", limit) is not None

            await Deadline(20).until(is_counting, "the limiter counting again")
        assert [entry["event"] for entry in logs] == ["cache_server_lost", "cache_server_is_back"]
        await server.close()
        await valkey.stop()

    async def test_that_accepts_and_never_answers_costs_half_a_second_once(self, tmp_path):
        async def say_nothing(reader, _):
            await reader.read()

        silent = await asyncio.start_unix_server(say_nothing, tmp_path / "silent.sock")
        server = CacheServer(f"unix://{tmp_path}/silent.sock")
        limiter, began = RateLimiter(server), time.monotonic()
        with capture_logs():
            assert await passes(limiter, "a", RateLimit(1, 1), 300) == 0
        assert limiter.unchecked == 300
        assert time.monotonic() - began < 1.5
        await server.close()
        silent.close()
