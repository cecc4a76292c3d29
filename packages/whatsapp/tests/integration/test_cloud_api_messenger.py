import asyncio
import re
from dataclasses import replace

import pytest
import pytest_asyncio
from whenever import TimeDelta

from duro.billing.messages import Deferred, Delivery, Refused, Sent, Trouble, Unknown
from duro.testkit import WhatsAppAnswer
from duro.whatsapp import CloudApiMessenger, CloudApiSettings, TemplateMessage

OURS = {"phone_number_id": "1", "token": "t", "app_secret": "s", "verify_token": "v"}


@pytest_asyncio.fixture(loop_scope="session")
async def messenger(whatsapp):
    messenger = CloudApiMessenger(whatsapp.settings())
    yield messenger
    await messenger.close()


class TestCloudApiMessenger:
    async def test_sends_a_message_with_everything_that_fills_its_template(self, whatsapp, messenger, message):
        result = await messenger.send(message(body=("Ngozi\n Okafor", "₦5,000.00")))
        [arrived] = whatsapp.messages
        assert result == Sent(arrived.provider_id)
        assert (arrived.to, arrived.template) == ("2348031234567", "duro_dunning_1")
        assert (arrived.body, arrived.button) == (("Ngozi Okafor", "₦5,000.00"), ("pay/abc",))
        assert arrived.reference == "01jq3yd4c8f9sr7nq2v0m5k6ab"
        assert arrived.asked.template.language.code == "en"

    async def test_sends_a_template_without_places_or_button(self, whatsapp, messenger, message):
        assert isinstance(await messenger.send(message(body=(), button=None)), Sent)
        assert whatsapp.messages[0].asked.template.components == []

    async def test_sends_a_code_twice(self, whatsapp, messenger):
        code = TemplateMessage.of_code("482913", reference="r", to="+2348031234567", template="code", language="en_US")
        assert isinstance(await messenger.send(code), Sent)
        assert (whatsapp.messages[0].body, whatsapp.messages[0].button) == (("482913",), ("482913",))
        assert "482913" not in repr(code)

    @pytest.mark.parametrize(
        ("code", "result"),
        [
            (131026, Refused(Trouble.RECIPIENT, "131026", "")),
            (131047, Refused(Trouble.CONTENT, "131047", "")),
            (131050, Refused(Trouble.CONSENT, "131050", "")),
            (132015, Refused(Trouble.CONTENT, "132015", "")),
            (130429, Deferred(Trouble.LIMIT, "130429", "", TimeDelta(seconds=10))),
            (131056, Deferred(Trouble.LIMIT, "131056", "", TimeDelta(seconds=60))),
            (131016, Deferred(Trouble.OUTAGE, "131016", "", TimeDelta(seconds=60))),
            (190, Deferred(Trouble.SENDER, "190", "")),
            (299, Deferred(Trouble.SENDER, "299", "")),
            (131042, Deferred(Trouble.SENDER, "131042", "")),
            (987654, Refused(Trouble.CONTENT, "987654", "")),
        ],
    )
    async def test_reads_the_code_of_an_error(self, whatsapp, messenger, message, code, result):
        whatsapp.answer(code)
        got = await messenger.send(message())
        assert got.reason
        assert replace(got, reason="") == result
        assert not whatsapp.messages

    @pytest.mark.parametrize("answer", [WhatsAppAnswer.DROP, WhatsAppAnswer.GARBLE])
    async def test_does_not_know_of_a_message_whose_answer_did_not_come_whole(
        self, whatsapp, messenger, message, answer
    ):
        whatsapp.answer(answer)
        assert isinstance(await messenger.send(message()), Unknown)
        assert len(whatsapp.messages) == 1

    async def test_does_not_know_of_a_message_when_the_server_breaks(self, whatsapp, messenger, message):
        whatsapp.answer(WhatsAppAnswer.BREAK)
        assert isinstance(await messenger.send(message()), Unknown)

    async def test_does_not_know_of_a_message_that_was_never_answered(self, whatsapp, message):
        for seconds in (1, 5, 25):
            whatsapp.answer(WhatsAppAnswer.HANG)
            messenger = CloudApiMessenger(whatsapp.settings(timeout_seconds=seconds))
            result = await messenger.send(message())
            await messenger.close()
            if whatsapp.messages:
                break
        assert isinstance(result, Unknown)
        assert whatsapp.messages

    async def test_knows_that_a_message_is_still_here_if_nobody_listens(self, whatsapp, message):
        nowhere = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        port = nowhere.sockets[0].getsockname()[1]
        nowhere.close()
        await nowhere.wait_closed()
        messenger = CloudApiMessenger(replace(whatsapp.settings(), base_url=f"http://127.0.0.1:{port}"))
        assert await messenger.send(message()) == Deferred(Trouble.OUTAGE, "unreachable", "ConnectError")
        await messenger.close()

    async def test_counts_a_wrong_token_as_our_own_trouble(self, whatsapp, message):
        messenger = CloudApiMessenger(whatsapp.settings(token="another"))
        result = await messenger.send(message())
        await messenger.close()
        assert isinstance(result, Deferred)
        assert (result.trouble, result.code) == (Trouble.SENDER, "190")

    @pytest.mark.parametrize(
        ("given", "trouble"),
        [
            *(({"to": to}, Trouble.RECIPIENT) for to in ("08031234567", "", "+0803", "+234 803", "+23480312345678901")),
            ({"template": "Ads!"}, Trouble.CONTENT),
            ({"reference": "a b"}, Trouble.CONTENT),
            ({"body": ("Ngozi", " \n ")}, Trouble.CONTENT),
            ({"button": ""}, Trouble.CONTENT),
        ],
    )
    async def test_refuses_what_can_not_be_sent_before_it_calls_anybody(
        self, whatsapp, messenger, message, given, trouble
    ):
        result = await messenger.send(message(**given))
        assert isinstance(result, Refused)
        assert (result.trouble, result.code) == (trouble, "unwritable")
        assert not whatsapp.requests

    async def test_does_not_show_its_secrets(self, whatsapp):
        shown = repr(whatsapp.settings())
        assert not any(secret in shown for secret in (whatsapp.TOKEN, whatsapp.APP_SECRET, whatsapp.VERIFY_TOKEN))


class TestUnbelievableAnswers:
    async def test_differ_from_answers_that_are_believed(self, message):
        assert await self._answered(200, b'{"messages": [{"id": "wamid.1"}]}', message) == Sent("wamid.1")
        assert isinstance(await self._answered(500, b'{"error": {"code": 131026}}', message), Refused)

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"[]",
            b"null",
            b'{"messages": []}',
            b'{"messages": [{"id": ""}]}',
            b'{"messages": [{"id": "a"}, {"id": "b"}]}',
            b'{"messages": "x"}',
            b"\xff",
            b"[" * 5_000,
            b" " * 70_000,
        ],
    )
    async def test_are_unknown_when_they_claim_success(self, message, body):
        assert isinstance(await self._answered(200, body, message), Unknown)

    @pytest.mark.parametrize("status", [301, 400, 404, 500])
    @pytest.mark.parametrize("body", [b"", b'{"error": {}}', b'{"error": {"code": "x"}}', b"<html>"])
    async def test_are_unknown_when_they_claim_failure_without_a_code(self, message, status, body):
        assert isinstance(await self._answered(status, body, message), Unknown)

    async def test_are_unknown_when_a_broken_server_names_a_code_nobody_lists(self, message):
        assert isinstance(await self._answered(500, b'{"error": {"code": 987654}}', message), Unknown)

    @staticmethod
    async def _answered(status, body, message) -> Delivery:
        async def answer(reader, writer):
            asked = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(re.search(rb"content-length: (\d+)", asked, re.IGNORECASE)[1]))
            head = f"HTTP/1.1 {status} Said\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
            writer.write(head.encode() + body)
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        messenger = CloudApiMessenger(CloudApiSettings(base_url=f"http://127.0.0.1:{port}", **OURS))
        try:
            return await messenger.send(message())
        finally:
            await messenger.close()
            server.close()
