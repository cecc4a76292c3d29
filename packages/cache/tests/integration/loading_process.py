"""A process of its own that asks for one name, many at once; it prints a line for each time it had to load."""

import asyncio
import sys

from duro.cache import CacheServer, CacheStore
from duro.kernel import Mode, TenantId


async def main(url: str, tenant_id: str) -> None:
    server = CacheServer(url, seconds=10)
    plans = CacheStore(server).of(TenantId.parse(tenant_id), Mode.LIVE).namespace("plans")
    loads = 0

    async def load() -> bytes:
        nonlocal loads
        loads += 1
        await asyncio.sleep(0.2)
        return b"ten plans"

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    told = await asyncio.gather(*(plans.remember("all", seconds=60, load=load) for _ in range(50)))
    assert set(told) == {b"ten plans"}
    sys.stdout.write(f"{loads}\n")
    await server.close()


asyncio.run(main(sys.argv[1], sys.argv[2]))
