"""Who is believed, and what becomes of notices that nobody can act on."""

import json

import pytest
import structlog
from whenever import TimeDelta

from duro.db.kept_notices import WaitingNotices
from duro.payments import MandateActivated, OtherNotice, RefundSucceeded, SimulatedCard
from duro.payments.simulated.webhooks.notice_text import NoticeText
from duro.payments.simulated.webhooks.seal import WebhookSeal


class TestANoticeThatNobodyCanVouchFor:
    @pytest.fixture
    def body(self, teller) -> bytes:
        return NoticeText.write(teller.received(None)).encode()

    async def test_is_refused_without_a_signature(self, anonymous, teller, body):
        answer = await anonymous.post(teller.PATH, content=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")
        assert answer.json()["error"]["requestId"] == answer.headers["request-id"]
        assert await teller.kept() == ()

    @pytest.mark.parametrize(
        ("secret", "age"),
        [
            pytest.param("another secret", TimeDelta(), id="signed by somebody else"),
            pytest.param("a secret of the provider", TimeDelta(minutes=6), id="replayed"),
            pytest.param("a secret of the provider", TimeDelta(minutes=-6), id="signed for later"),
        ],
    )
    async def test_is_refused_when(self, teller, body, secret, age):
        answer = await teller.send(body, secret=secret, age=age)
        assert answer.status_code == 401
        assert await teller.kept() == ()

    async def test_is_refused_when_its_body_was_changed(self, anonymous, teller, body):
        headers = WebhookSeal(teller.SECRET).headers(body, at=teller.clock.now())
        answer = await anonymous.post(teller.PATH, content=body.replace(b"500000", b"900000"), headers=headers)
        assert answer.status_code == 401
        assert await teller.kept() == ()

    @pytest.mark.parametrize(
        "secrets", [("a secret of the provider", "another"), ("another", "a secret of the provider")]
    )
    async def test_is_refused_with_two_signatures_of_which_one_is_good(self, anonymous, teller, body, secrets):
        headers = [pair for one in secrets for pair in WebhookSeal(one).headers(body, at=teller.clock.now()).items()]
        answer = await anonymous.post(teller.PATH, content=body, headers=headers)
        assert answer.status_code == 401

    async def test_is_logged_without_what_it_said(self, teller, body):
        with structlog.testing.capture_logs() as logs:
            answer = await teller.send(body, secret="another secret")
        (line,) = [each for each in logs if each["event"] == "notice_refused"]
        assert line == {
            "event": "notice_refused",
            "log_level": "warning",
            "provider": "simulated",
            "reason": "Its signature doesn't match.",
            "request_id": answer.headers["request-id"],
        }

    async def test_is_nobodys_at_an_unknown_provider(self, anonymous, teller, body):
        headers = WebhookSeal(teller.SECRET).headers(body, at=teller.clock.now())
        answer = await anonymous.post("/webhooks/inbound/elsewhere", content=body, headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")

    async def test_is_not_even_read_when_it_is_too_large(self, teller):
        assert (await teller.send(b" " * 1_048_577)).status_code == 413


class TestANoticeThatNobodyCanActOn:
    @pytest.mark.parametrize("body", [b"{", b"[]", b'{"id":"e","type":"charge.succeeded"}', b"\xff\x00", b""])
    async def test_is_kept_once_as_it_came_when_it_is_malformed(self, teller, body):
        for _ in range(2):
            assert (await teller.send(body)).status_code == 200
        (kept,) = await teller.kept()
        assert (kept.provider, kept.kind, kept.reason, kept.body) == ("simulated", "Malformed", "malformed", body)
        assert kept.received_at == teller.clock.now()

    @pytest.mark.parametrize("reference", [None, "not-one-of-ours", "01jxk8m3s4e5f6g7h8j9k0m1n2"])
    async def test_is_kept_once_when_its_reference_is_unknown(self, teller, reference):
        notice = teller.received(reference)
        with structlog.testing.capture_logs() as logs:
            for _ in range(3):
                await teller.tell(notice)
        (kept,) = await teller.kept()
        assert (kept.key, kept.kind, kept.reason) == (notice.event_id, "MoneyReceived", "unknown_reference")
        assert [line["key"] for line in logs if line["event"] == "notice_kept"] == [kept.key]
        assert json.loads(kept.body)["providerReference"] == notice.provider_reference

    async def test_is_kept_when_what_it_names_is_something_else(self, api, teller, ids):
        _, _, reference = await teller.started(api, SimulatedCard.TIMEOUT_AFTER)
        now = teller.clock.now()
        await teller.tell(RefundSucceeded("evt-1", reference, reference, "rfd-1", teller.PRICE, now))
        await teller.tell(MandateActivated("evt-2", reference, "tok", now))
        assert [(kept.key, kept.reason) for kept in await teller.kept()] == [
            ("evt-1", "unknown_reference"),
            ("evt-2", "unknown_reference"),
        ]

    async def test_is_kept_when_what_it_names_is_of_another_provider(self, api, teller, admin):
        _, invoice, reference = await teller.started(api, SimulatedCard.TIMEOUT_AFTER)
        async with admin.acquire() as connection:
            await connection.execute("update test.payment_attempts set provider = 'elsewhere'")
        await teller.tell(teller.succeeded(reference))
        assert (await teller.transaction(api, invoice))["status"] == "pending"
        assert [kept.reason for kept in await teller.kept()] == ["unknown_reference"]

    async def test_is_no_matter_when_it_asks_nothing(self, teller):
        await teller.tell(OtherNotice("evt-1", "customer.created"))
        assert await teller.kept() == ()

    async def test_can_be_marked_as_handled_once(self, teller, admin):
        await teller.send(b"{")
        (kept,) = await teller.kept()
        waiting = WaitingNotices(admin)
        named = {"provider": kept.provider, "key": kept.key, "at": teller.clock.now()}
        assert (await waiting.count(), await waiting.handle(**named), await waiting.handle(**named)) == (1, True, False)
        await teller.send(b"{")
        assert await teller.kept() == ()
