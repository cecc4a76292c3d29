import os
import signal
import sys
from asyncio import Event, get_running_loop

import uvloop

from duro.kernel import InvalidInputError
from duro.public_api.collaborators import Collaborators
from duro.public_api.composition import Composition
from duro.public_api.server import PublicApiServer
from duro.public_api.settings import Settings


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT, then drain."""
    told_to_stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        get_running_loop().add_signal_handler(number, told_to_stop.set)
    composition = await Composition.open(settings, Collaborators.of_the_world(settings))
    async with PublicApiServer(composition, host=settings.host, port=settings.port) as server:
        sys.stdout.write(f"public-api is ready at {server.url}\n")
        sys.stdout.flush()
        await told_to_stop.wait()


def main() -> int:
    """Run the public API until it is told to stop."""
    try:
        settings = Settings.from_environment(os.environ)
    except InvalidInputError as refusal:
        for fault in refusal.faults:
            sys.stderr.write(f"{fault.path}: {fault.issue}\n")
        return 2
    uvloop.run(serve(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
