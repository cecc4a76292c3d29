import asyncio
from dataclasses import dataclass
from typing import final

import h11


@final
@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@final
class HttpConversation:
    """One connection for one request, which its server may answer, cut, or leave unanswered."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.SERVER)

    async def request(self) -> HttpRequest | None:
        """Wait for the request; None if the caller goes away before it is whole."""
        head: h11.Request | None = None
        body = bytearray()
        while True:
            match self._http.next_event():
                case h11.Request() as head:
                    pass
                case h11.Data(data=data):
                    body += data
                case h11.EndOfMessage() if head is not None:
                    headers = {name.decode(): value.decode() for name, value in head.headers}
                    return HttpRequest(head.method.decode(), head.target.decode(), headers, bytes(body))
                case h11.ConnectionClosed():
                    return None
                case _:
                    self._http.receive_data(await self._reader.read(65_536))

    async def answer(self, status: int, body: bytes) -> None:
        headers = [
            ("content-type", "application/json"),
            ("content-length", str(len(body))),
            ("connection", "close"),
        ]
        for event in (h11.Response(status_code=status, headers=headers), h11.Data(data=body), h11.EndOfMessage()):
            self._writer.write(self._http.send(event) or b"")
        await self._writer.drain()

    async def wait_for_the_caller_to_leave(self) -> None:
        await self._reader.read()

    def cut(self) -> None:
        self._writer.transport.abort()

    def close(self) -> None:
        self._writer.close()
