import socket
import sys
from typing import Final, final

import uvicorn

from duro.gateway_simulator.composition import Composition
from duro.gateway_simulator.settings import Settings

_DRAIN_SECONDS: Final = 5


@final
class Server:
    """The running service: it says when it is ready, and on SIGTERM finishes what it can within five seconds."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def serve(self) -> None:
        listening = self._listen()
        host, port = listening.getsockname()[:2]
        address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        composition = Composition.open(self._settings, address=address)
        try:
            sys.stdout.write(f"gateway-simulator is ready at {address}\n")
            sys.stdout.flush()
            await self._uvicorn(composition).serve(sockets=[listening])
        finally:
            await composition.close()

    def _listen(self) -> socket.socket:
        """Bind before anything is said, so that whoever reads that we are ready can connect."""
        family = socket.AF_INET6 if ":" in self._settings.host else socket.AF_INET
        listening = socket.create_server((self._settings.host, self._settings.port), family=family, backlog=2048)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listening

    @staticmethod
    def _uvicorn(composition: Composition) -> uvicorn.Server:
        return uvicorn.Server(
            uvicorn.Config(
                composition.application(),
                log_level="warning",
                access_log=False,
                lifespan="on",
                timeout_keep_alive=75,
                timeout_graceful_shutdown=_DRAIN_SECONDS,
            )
        )
