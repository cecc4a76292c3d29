import asyncio
import socket
from collections.abc import Generator
from contextlib import contextmanager
from types import TracebackType
from typing import Final, Self, final

import uvicorn

from duro.public_api.composition import Composition

_DRAIN_SECONDS: Final = 25


@final
class EmbeddedServer(uvicorn.Server):
    """A uvicorn that leaves the process's signals to whoever embeds it."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


@final
class PublicApiServer:
    """The public API, served over real HTTP inside this process for as long as the context is open.

    It listens on a free port of the loopback unless told otherwise; on leaving it drains, then closes the composition.
    """

    def __init__(self, composition: Composition, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._composition = composition
        self._socket = self._listen(host, port)
        self._server = EmbeddedServer(self.config(composition))
        self._serving: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        host, port = self._socket.getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    async def __aenter__(self) -> Self:
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        while not self._server.started:
            if self._serving.done():
                await self._serving
            await asyncio.sleep(0.005)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.should_exit = True
        if self._serving is not None:
            await self._serving
        await self._composition.close()

    @staticmethod
    def config(composition: Composition) -> uvicorn.Config:
        return uvicorn.Config(
            composition.application(),
            http="httptools",
            ws="none",
            lifespan="on",
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=_DRAIN_SECONDS,
            h11_max_incomplete_event_size=65_536,
        )

    @staticmethod
    def _listen(host: str, port: int) -> socket.socket:
        """Listen so that an answer's body doesn't wait for its head to be acknowledged, whatever the event loop is."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family, backlog=2048)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listening
