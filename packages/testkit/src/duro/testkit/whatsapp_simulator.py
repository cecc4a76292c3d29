import asyncio
import hashlib
import hmac
import json
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import ClassVar, final
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import h11
import msgspec
from whenever import Instant

from duro.testkit.accepted_message import AcceptedMessage
from duro.testkit.http_conversation import HttpConversation, HttpRequest
from duro.testkit.signed_notice import SignedNotice
from duro.testkit.whatsapp_answer import WhatsAppAnswer
from duro.whatsapp import CloudApiSettings
from duro.whatsapp.send_wire import SendBody


@final
class WhatsAppSimulator:
    """A Cloud API of the test's own on the loopback: it keeps every message, fails as it is told to, and signs notices.

    A message that it hangs over, drops or garbles the answer to has been accepted all the same.
    """

    HOST: ClassVar[str] = "127.0.0.1"
    NUMBER: ClassVar[str] = "106540352242922"
    TOKEN: ClassVar[str] = "the simulator's token"
    APP_SECRET: ClassVar[str] = "the simulator's app secret"
    VERIFY_TOKEN: ClassVar[str] = "the simulator's verify token"

    def __init__(self) -> None:
        self.messages: list[AcceptedMessage] = []
        self.requests = 0
        self._answers: deque[WhatsAppAnswer | int] = deque()
        self._conversations: set[asyncio.Task[None]] = set()
        self._port = 0
        self._server: asyncio.Server | None = None

    @classmethod
    @asynccontextmanager
    async def running(cls) -> AsyncGenerator["WhatsAppSimulator"]:
        """Listen on a free port."""
        simulator = cls()
        await simulator._open()
        try:
            yield simulator
        finally:
            await simulator._close()

    @asynccontextmanager
    async def away(self) -> AsyncGenerator[None]:
        """Let nobody reach it meanwhile; conversations that are under way end."""
        await self._close()
        try:
            yield
        finally:
            await self._open()

    @property
    def url(self) -> str:
        return f"http://{self.HOST}:{self._port}/v26.0"

    def settings(self, *, token: str = TOKEN, timeout_seconds: float = 20) -> CloudApiSettings:
        """Say how to reach it."""
        return CloudApiSettings(
            base_url=self.url,
            phone_number_id=self.NUMBER,
            token=token,
            app_secret=self.APP_SECRET,
            verify_token=self.VERIFY_TOKEN,
            timeout_seconds=timeout_seconds,
        )

    @property
    def waiting_answers(self) -> tuple[WhatsAppAnswer | int, ...]:
        """How the messages to come are going to be treated."""
        return tuple(self._answers)

    def answer(self, *answers: WhatsAppAnswer | int) -> None:
        """Treat the next messages so, one each, a number being an error code; every later one is accepted."""
        self._answers.extend(answers)

    def notice(self, message: AcceptedMessage, status: str, *, at: Instant, code: int | None = None) -> SignedNotice:
        """Write what a webhook is told when the message has got so far."""
        return SignedNotice.of_status(message, status, at=at, secret=self.APP_SECRET, code=code)

    async def _open(self) -> None:
        self._server = await asyncio.start_server(self._accept, self.HOST, self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        for conversation in self._conversations:
            conversation.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversation = asyncio.create_task(self._converse(HttpConversation(reader, writer)))
        self._conversations.add(conversation)
        conversation.add_done_callback(self._conversations.discard)

    async def _converse(self, conversation: HttpConversation) -> None:
        try:
            with suppress(OSError, h11.ProtocolError):
                request = await conversation.request()
                if request is not None:
                    await self._treat(request, conversation)
        finally:
            conversation.close()

    async def _treat(self, request: HttpRequest, conversation: HttpConversation) -> None:
        self.requests += 1
        fault = self._fault(request)
        answer = fault or (self._answers.popleft() if self._answers else WhatsAppAnswer.ACCEPT)
        if not isinstance(answer, WhatsAppAnswer):
            await conversation.answer(401 if answer == 190 else 400, self._error(answer))
            return
        if answer is WhatsAppAnswer.BREAK:
            await conversation.answer(502, b"<html>Bad gateway</html>")
            return
        message = AcceptedMessage(f"wamid.{uuid4().hex}", msgspec.json.decode(request.body, type=SendBody))
        self.messages.append(message)
        match answer:
            case WhatsAppAnswer.HANG:
                await conversation.wait_for_the_caller_to_leave()
            case WhatsAppAnswer.DROP:
                conversation.cut()
            case WhatsAppAnswer.GARBLE:
                await conversation.answer(200, b'{"messages": [')
            case WhatsAppAnswer.ACCEPT:
                await conversation.answer(200, self._accepted(message))

    def _fault(self, request: HttpRequest) -> int | None:
        """Find what Meta would find before it looks at a message."""
        address = urlsplit(request.target)
        if request.headers.get("authorization") != f"Bearer {self.TOKEN}":
            return 190
        proof = hmac.new(self.APP_SECRET.encode(), self.TOKEN.encode(), hashlib.sha256).hexdigest()
        if parse_qs(address.query).get("appsecret_proof") != [proof]:
            return 100
        if (request.method, address.path) != ("POST", f"/v26.0/{self.NUMBER}/messages"):
            return 33
        try:
            asked = msgspec.json.decode(request.body, type=SendBody)
        except msgspec.DecodeError:
            return 131009
        places = [place for component in asked.template.components for place in component.parameters]
        is_sound = asked.to.isdecimal() and all(place.text and "\n" not in place.text for place in places)
        return None if is_sound else 131009

    @staticmethod
    def _accepted(message: AcceptedMessage) -> bytes:
        view = {
            "messaging_product": "whatsapp",
            "contacts": [{"input": message.to, "wa_id": message.to}],
            "messages": [{"id": message.provider_id, "message_status": "accepted"}],
        }
        return json.dumps(view).encode()

    @staticmethod
    def _error(code: int) -> bytes:
        error = {
            "message": f"(#{code}) Said the simulator",
            "type": "OAuthException",
            "code": code,
            "error_data": {"messaging_product": "whatsapp", "details": "Said the simulator"},
            "fbtrace_id": uuid4().hex,
        }
        return json.dumps({"error": error}).encode()
