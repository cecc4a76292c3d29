import asyncio
import hashlib
import hmac

import httpx
import pytest
import pytest_asyncio
from whenever import Instant

from duro.testkit.http_conversation import HttpConversation
from duro.whatsapp import CloudApiMessenger, Progress, StatusWebhook, TemplateMessage

MESSAGE = TemplateMessage(
    reference="r1", to="+2348031234567", template="duro_receipt", language="en", body=("Ngozi",), button="x"
)


@pytest_asyncio.fixture(loop_scope="session")
async def posted():
    """Listen where Meta would post, answer 204 to everything, and keep what came."""
    kept = []

    async def take(reader, writer):
        conversation = HttpConversation(reader, writer)
        kept.append(await conversation.request())
        await conversation.answer(204, b"")
        conversation.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    kept.append(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/webhooks/whatsapp")
    yield kept
    server.close()


class TestWhatsAppSimulator:
    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"headers": {"authorization": "Bearer another"}}, 190),
            ({"params": {}}, 100),
            ({"params": {"appsecret_proof": "0"}}, 100),
            ({"path": "/1/messages"}, 33),
            ({"content": b"{}"}, 131009),
            ({"content": b"not json"}, 131009),
        ],
    )
    async def test_refuses_what_meta_would_refuse(self, whatsapp, changes, code):
        proof = hmac.new(whatsapp.APP_SECRET.encode(), whatsapp.TOKEN.encode(), hashlib.sha256).hexdigest()
        asked = {
            "path": f"/{whatsapp.NUMBER}/messages",
            "params": {"appsecret_proof": proof},
            "headers": {"authorization": f"Bearer {whatsapp.TOKEN}"},
            "content": b"{}",
            **changes,
        }
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.post(whatsapp.url + asked.pop("path"), **asked)
        assert answer.json()["error"]["code"] == code
        assert not whatsapp.messages

    async def test_posts_signed_news_of_what_it_accepted(self, whatsapp, posted):
        messenger = CloudApiMessenger(whatsapp.settings())
        sent = await messenger.send(MESSAGE)
        await messenger.close()
        at = Instant.from_utc(2026, 3, 31, 9)
        notice = whatsapp.notice(whatsapp.messages[0], "failed", at=at, code=131026)
        assert await notice.post(posted[0]) == 204
        request = posted[1]
        webhook = StatusWebhook(app_secret=whatsapp.APP_SECRET, verify_token=whatsapp.VERIFY_TOKEN)
        [status] = webhook.read(request.body, signature=request.headers["x-hub-signature-256"]).statuses
        assert (status.provider_id, status.reference, status.at) == (sent.provider_id, "r1", at)
        assert status.progress is Progress.FAILED
        assert status.failure.code == "131026"
