"""A process of its own that asks for one subject, many at once, until a while has passed; it prints how many passed."""

import asyncio
import sys
import time

from duro.cache import CacheServer, RateLimit, RateLimiter


async def main(url: str, per_second: int, burst: int, seconds: float) -> None:
    server = CacheServer(url, seconds=10)
    limiter, limit = RateLimiter(server), RateLimit(per_second, burst)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    passed, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        verdicts = await asyncio.gather(*(limiter.check("one", limit) for _ in range(20)))
        passed += sum(verdict is not None and verdict.is_allowed for verdict in verdicts)
        assert limiter.unchecked == 0
    sys.stdout.write(f"{passed}\n")
    await server.close()


asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))
