"""One billing worker with the simulated provider in its own process: what a benchmark puts under load."""

import asyncio
import os
import signal
import sys
from contextlib import AsyncExitStack

from whenever import TimeDelta

from duro.billing_worker.composition import Composition, Pools
from duro.billing_worker.logs import JsonLogs
from duro.billing_worker.settings import Settings
from duro.crypto import SystemClock
from duro.kernel import Mode
from duro.payments import InMemoryIssuerLedger, SimulatedGateway, SimulatedIssuer
from duro.queue import JobKind, JobQueue, RedisProbe


async def work() -> None:
    settings = Settings.from_environment(os.environ)
    async with AsyncExitStack() as stack:
        queues = {
            kind: {mode: JobQueue(kind.queue_name(mode), settings.redis_url) for mode in Mode} for kind in JobKind
        }
        gateway = SimulatedGateway(SimulatedIssuer(InMemoryIssuerLedger()), timeout=TimeDelta(seconds=10))
        composition = Composition(
            settings,
            pools=await Pools.open(settings, stack),
            gateway=gateway,
            queues=queues,
            probe=RedisProbe(settings.redis_url),
            clock=SystemClock(),
        )
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, composition.worker.stop)
        server = composition.server()
        serving = asyncio.create_task(server.serve())
        await composition.worker.run()
        server.should_exit = True
        await serving


if __name__ == "__main__":
    import uvloop

    JsonLogs(sys.stdout).install()
    uvloop.run(work())
