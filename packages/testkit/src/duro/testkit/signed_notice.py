import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import final

import httpx
from whenever import Instant

from duro.testkit.accepted_message import AcceptedMessage


@final
@dataclass(frozen=True, slots=True)
class SignedNotice:
    """What Meta posts to a webhook, to the byte, and the signature that comes with it."""

    body: bytes
    signature: str

    @classmethod
    def signed(cls, notice: object, *, secret: str) -> "SignedNotice":
        """Sign it as Meta writes it: other letters and slashes escaped."""
        body = json.dumps(notice, separators=(",", ":")).replace("/", "\\/").encode()
        return cls(body, "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest())

    @classmethod
    def of_status(
        cls, message: AcceptedMessage, status: str, *, at: Instant, secret: str, code: int | None = None
    ) -> "SignedNotice":
        """Tell one step of one message; a code says why it failed."""
        step: dict[str, object] = {
            "id": message.provider_id,
            "status": status,
            "timestamp": str(int(at.timestamp())),
            "recipient_id": message.to,
            "biz_opaque_callback_data": message.reference,
        }
        if code is not None:
            step["errors"] = [{"code": code, "title": "Failed", "error_data": {"details": "Said the simulator"}}]
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "2347000000000", "phone_number_id": "1"},
            "statuses": [step],
        }
        entry = {"id": "1", "changes": [{"field": "messages", "value": value}]}
        return cls.signed({"object": "whatsapp_business_account", "entry": [entry]}, secret=secret)

    async def post(self, url: str) -> int:
        """Post it once, as Meta does, and give the status of the answer."""
        headers = {"content-type": "application/json", "x-hub-signature-256": self.signature}
        async with httpx.AsyncClient(trust_env=False) as client:
            return (await client.post(url, content=self.body, headers=headers)).status_code
