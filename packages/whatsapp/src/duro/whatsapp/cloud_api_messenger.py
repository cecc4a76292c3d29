import asyncio
import hashlib
import hmac
from dataclasses import dataclass
from typing import Final, final

import httpx
import msgspec

from duro.billing.messages import Deferred, Delivery, Refused, Sent, Trouble, Unknown
from duro.whatsapp.cloud_api_settings import CloudApiSettings
from duro.whatsapp.error_codes import ErrorCodes
from duro.whatsapp.send_wire import ErrorReply, SendBody, SentReply
from duro.whatsapp.template_message import TemplateMessage

_LARGEST_ANSWER: Final = 65_536


@final
@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes


@final
class CloudApiMessenger:
    """Meta's Cloud API, asked once per message: it has no way to say the same thing only once.

    Until a connection stands the message hasn't left. From there on only a readable answer tells; its code decides,
    never its text or its HTTP status.
    """

    def __init__(self, settings: CloudApiSettings) -> None:
        self._seconds = settings.timeout_seconds
        self._codes = ErrorCodes.bundled()
        self._path = f"{settings.base_url}/{settings.phone_number_id}/messages"
        proof = hmac.new(settings.app_secret.encode(), settings.token.encode(), hashlib.sha256).hexdigest()
        connections = settings.connections
        self._client = httpx.AsyncClient(
            params={"appsecret_proof": proof},
            headers={"authorization": f"Bearer {settings.token}", "content-type": "application/json"},
            timeout=settings.timeout_seconds,
            limits=httpx.Limits(
                max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=10
            ),
            follow_redirects=False,
            trust_env=False,
        )

    async def send(self, message: TemplateMessage) -> Delivery:
        fault = SendBody.fault_of(message)
        if fault is not None:
            trouble = Trouble.RECIPIENT if fault == "phone" else Trouble.CONTENT
            return Refused(trouble, "unwritable", f"The message has no proper {fault}.")
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._ask(msgspec.json.encode(SendBody.of(message)))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as failure:
            return Deferred(Trouble.OUTAGE, "unreachable", type(failure).__name__)
        except (TimeoutError, httpx.HTTPError) as failure:
            return Unknown(f"The message was handed over and not answered for: {type(failure).__name__}.")
        return Unknown("The answer is too long.") if answer is None else self._understood(answer)

    async def close(self) -> None:
        await self._client.aclose()

    async def _ask(self, content: bytes) -> _Answer | None:
        async with self._client.stream("POST", self._path, content=content) as response:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > _LARGEST_ANSWER:
                    return None
            return _Answer(response.status_code, bytes(body))

    def _understood(self, answer: _Answer) -> Delivery:
        try:
            if answer.status == 200:
                return self._sent(msgspec.json.decode(answer.body, type=SentReply))
            error = msgspec.json.decode(answer.body, type=ErrorReply).error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return Unknown(f"The answer with status {answer.status} can't be read.")
        found = self._codes.meaning(error.code, error.words)
        if found is not None:
            return found
        if answer.status >= 500:
            return Unknown(f"Meta failed with the code {error.code}, which isn't listed.")
        return Refused(Trouble.CONTENT, str(error.code), error.words[:300])

    @staticmethod
    def _sent(reply: SentReply) -> Sent | Unknown:
        identifiers = [message.id for message in reply.messages if message.id]
        return Sent(identifiers[0]) if len(identifiers) == 1 else Unknown("The answer names no message.")
