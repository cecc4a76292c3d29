import asyncio
import time
from typing import Self

import pytest

from duro.kernel import Currency, Money
from duro.payments import CardDetails, ChargeRequest, HttpSimulatedGateway, RefundRequest, SimulatedCard, Unknown

NGN = Currency("NGN")


def answer(status, body, *extra):
    head = [f"HTTP/1.1 {status} Whatever", f"content-length: {len(body)}", "content-type: application/json", *extra]
    return "\r\n".join([*head, "", ""]).encode() + body


DEEP = b'{"x":' + b"[" * 60_000
APPROVED = (
    b'{"charge":{"status":"approved","reference":"r","amount":5,"currency":"NGN"},'
    b'"refund":{"status":"refunded","reference":"r","amount":5,"currency":"NGN"}}'
)

ANSWERS = {
    "nothing": b"",
    "not HTTP": b"hello\r\n\r\n",
    "half of an answer": answer(200, APPROVED)[:-20],
    "500": answer(500, APPROVED),
    "502 in HTML": answer(502, b"<html>Bad Gateway</html>"),
    "503 without a body": answer(503, b""),
    "429": answer(429, b'{"error":{"code":"rate_limited","message":"slow down"}}'),
    "401": answer(401, b'{"error":{"code":"unauthorized","message":"who are you"}}'),
    "404 of somebody else": answer(404, b"<html>Not Found</html>"),
    "404 with another code": answer(404, b'{"error":{"code":"not_served","message":"Not Found"}}'),
    "a redirect": answer(302, APPROVED, "location: /elsewhere"),
    "201": answer(201, APPROVED),
    "HTML with 200": answer(200, b"<html>Log in to the hotel's network</html>"),
    "an empty object": answer(200, b"{}"),
    "no body": answer(200, b""),
    "bytes that are no text": answer(200, b'{"charge":"\xff\xfe"}'),
    "bottomless JSON": answer(200, DEEP),
    "another reference": answer(200, APPROVED.replace(b'"r"', b'"another"')),
    "a currency that doesn't exist": answer(200, APPROVED.replace(b"NGN", b"QQQ")),
    "an amount that is no whole number": answer(200, APPROVED.replace(b":5,", b":5.5,")),
    "an amount in text": answer(200, APPROVED.replace(b":5,", b':"5",')),
    "an unknown status": answer(200, APPROVED.replace(b"approved", b"processing").replace(b"refunded", b"queued")),
    "a duplicate without the decision": answer(409, b'{"error":{"code":"duplicate_reference","message":"again"}}'),
    "more than anybody should read": answer(200, APPROVED[:-1] + b',"x":"' + b"x" * 70_000 + b'"}'),
}

CHARGE = ChargeRequest(
    reference="r",
    amount=Money(5, NGN),
    token=SimulatedCard.APPROVE.token,
    customer_email="ada@example.com",
    description="March",
)


class Rogue:
    """A server that says the same to everybody, or sends its answer drop by drop."""

    def __init__(self, raw, *, is_trickling=False) -> None:
        self._raw = raw
        self._is_trickling = is_trickling

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.gateway = HttpSimulatedGateway(base_url=f"http://127.0.0.1:{port}", timeout_seconds=0.5)
        return self

    async def __aexit__(self, *_) -> None:
        await self.gateway.close()
        self._server.close()

    async def _serve(self, reader, writer):
        try:
            await reader.read(4096)
            if self._is_trickling:
                for byte in self._raw:
                    writer.write(bytes([byte]))
                    await writer.drain()
                    await asyncio.sleep(0.05)
            writer.write(self._raw)
            await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()


async def ask_everything(gateway):
    amount = Money(5, NGN)
    return [
        await gateway.charge(CHARGE),
        await gateway.lookup("r"),
        await gateway.refund(RefundRequest(reference="r", charge_reference="c", amount=amount)),
        await gateway.lookup_refund("r"),
        await gateway.tokenize(CardDetails("4242424242424242", 1, 2031, "123")),
    ]


class TestUnbelievableAnswers:
    @pytest.mark.parametrize("name", ANSWERS)
    async def test_are_unknown_whatever_was_asked(self, name):
        async with Rogue(ANSWERS[name]) as rogue:
            assert [type(result) for result in await ask_everything(rogue.gateway)] == [Unknown] * 5

    async def test_are_unknown_when_nobody_listens(self):
        gateway = HttpSimulatedGateway(base_url="http://127.0.0.1:1", timeout_seconds=0.5)
        assert [type(result) for result in await ask_everything(gateway)] == [Unknown] * 5
        await gateway.close()

    async def test_are_unknown_when_they_come_drop_by_drop_for_longer_than_the_time_out(self):
        async with Rogue(answer(200, APPROVED), is_trickling=True) as rogue:
            began = time.monotonic()
            assert isinstance(await rogue.gateway.charge(CHARGE), Unknown)
            assert time.monotonic() - began < 5

    async def test_leave_a_whole_answer_about_our_reference_believable(self):
        async with Rogue(answer(200, APPROVED)) as rogue:
            results = await ask_everything(rogue.gateway)
            assert [type(result).__name__ for result in results] == [
                "Approved",
                "Approved",
                "Refunded",
                "Refunded",
                "Unknown",
            ]
