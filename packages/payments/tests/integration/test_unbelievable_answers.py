import asyncio
import time
from typing import Self

import pytest
from whenever import Instant

from duro.billing.recovery import Rail
from duro.kernel import Currency, Money
from duro.payments import (
    AccountOpened,
    AccountStanding,
    Approved,
    CardDetails,
    ChargeRequest,
    HttpSimulatedGateway,
    HttpSimulatedMandates,
    HttpSimulatedPaymentRequests,
    MandateOrder,
    MandateStanding,
    Opened,
    PaymentRequestOrder,
    RefundRequest,
    Refused,
    RequestStanding,
    SimulatedCard,
    Unknown,
    VirtualAccountOrder,
)

LONG_AGO = Instant.from_utc(2020, 1, 1)
NGN = Currency("NGN")


def answer(status, body, *extra):
    head = [f"HTTP/1.1 {status} Whatever", f"content-length: {len(body)}", "content-type: application/json", *extra]
    return "\r\n".join([*head, "", ""]).encode() + body


DEEP = b'{"x":' + b"[" * 60_000
APPROVED = (
    b'{"charge":{"status":"approved","reference":"r","amount":5,"currency":"NGN"},'
    b'"refund":{"status":"refunded","reference":"r","amount":5,"currency":"NGN"}}'
)
HELD = b'{"charge":{"status":"awaiting_approval","reference":"r","url":"https://b.example/1"}}'
REQUEST = (
    b'{"request":{"status":"opened","reference":"r","amount":5,"currency":"NGN","rail":"transfer",'
    b'"account":{"number":"9900000001","bankName":"A","accountName":"B"},"ussdCode":null,"expiresAt":null},'
    b'"isClosed":false,"arrivals":[]}'
)
ACCOUNT = (
    b'{"account":{"status":"opened","reference":"r","currency":"NGN",'
    b'"account":{"number":"9900000001","bankName":"A","accountName":"B"}},"hasMore":false,"arrivals":[]}'
)
MANDATE = (
    b'{"mandate":{"status":"kept","reference":"r","token":"t","state":"pending","ceiling":5,"currency":"NGN",'
    b'"last4":"0001","activation":null,"activatedAt":null}}'
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
    "a page of a bank that is no web address": answer(200, HELD.replace(b"https://b.example/", b"javascript:")),
    "a page of a bank for another reference": answer(200, HELD.replace(b'"r"', b'"another"')),
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
        url = f"http://127.0.0.1:{port}"
        self.gateway = HttpSimulatedGateway(base_url=url, timeout_seconds=0.5)
        self.requests = HttpSimulatedPaymentRequests(base_url=url, timeout_seconds=0.5)
        self.mandates = HttpSimulatedMandates(base_url=url, timeout_seconds=0.5)
        return self

    async def __aexit__(self, *_) -> None:
        for gateway in (self.gateway, self.requests, self.mandates):
            await gateway.close()
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


async def ask_of_pushes(gateway):
    return [
        await gateway.open(PaymentRequestOrder("r", Money(5, NGN), Rail.TRANSFER, "ada@example.com")),
        await gateway.lookup_request("r"),
        await gateway.close_request("r"),
        await gateway.open_account(VirtualAccountOrder("r", NGN, "Ada Obi", "ada@example.com")),
        await gateway.lookup_account("r", since=LONG_AGO),
    ]


async def ask_of_mandates(gateway):
    order = MandateOrder("r", "Ada Obi", "ada@example.com", "0100000001", "058", Money(5, NGN))
    return [await gateway.create(order), await gateway.lookup("r"), await gateway.cancel("r")]


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
            assert [type(result) for result in await ask_of_pushes(rogue.requests)] == [Unknown] * 5
            assert [type(result) for result in await ask_of_mandates(rogue.mandates)] == [Unknown] * 3

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


class TestAFeeThatCannotBe:
    """It is as one that wasn't told, and the money is what it was."""

    FEES = (b"-1", b"6", b"1.5", b'"1"', b"true", b"null", b"{}", b"[1]", b"1000000000000000000000000")

    async def charged(self, fee):
        async with Rogue(answer(200, APPROVED.replace(b'"amount":5,', b'"amount":5,"fee":' + fee + b",", 1))) as rogue:
            return [await rogue.gateway.charge(CHARGE), await rogue.gateway.lookup("r")]

    async def arrived(self, whole, fee):
        arrival = (
            b'{"providerReference":"p","amount":5,"currency":"NGN","rail":"ussd","arrivedAt":"2026-01-01T00:00:00Z",'
            b'"fee":' + fee + b"}"
        )
        async with Rogue(answer(200, whole.replace(b'"arrivals":[]', b'"arrivals":[' + arrival + b"]"))) as rogue:
            results = await ask_of_pushes(rogue.requests)
            return [result.arrivals[0] for result in results if isinstance(result, RequestStanding | AccountStanding)]

    @pytest.mark.parametrize("fee", FEES)
    async def test_leaves_a_charge_as_it_was_taken(self, fee):
        assert await self.charged(fee) == [Approved("r", Money(5, NGN))] * 2

    @pytest.mark.parametrize("fee", FEES)
    async def test_leaves_money_that_came_as_it_came(self, fee):
        arrived = await self.arrived(REQUEST, fee) + await self.arrived(ACCOUNT, fee)
        assert [(each.amount, each.fee) for each in arrived] == [(Money(5, NGN), None)] * 3

    @pytest.mark.parametrize("fee", [0, 5])
    async def test_is_neither_nothing_nor_all_of_it(self, fee):
        said = str(fee).encode()
        arrived = await self.arrived(REQUEST, said) + await self.arrived(ACCOUNT, said)
        assert [each.fee for each in await self.charged(said) + arrived] == [Money(fee, NGN)] * 5


class TestAnswersOfPushRails:
    """A whole answer is believed, and the same answer is not where one thing in it can't be."""

    async def test_are_believed_when_whole_and_about_our_reference(self):
        async with Rogue(answer(200, REQUEST)) as rogue:
            results = (await ask_of_pushes(rogue.requests))[:3]
            assert [type(result) for result in results] == [Opened, RequestStanding, RequestStanding]
        async with Rogue(answer(200, ACCOUNT)) as rogue:
            results = (await ask_of_pushes(rogue.requests))[3:]
            assert [type(result) for result in results] == [AccountOpened, AccountStanding]
        async with Rogue(answer(200, MANDATE)) as rogue:
            assert [type(result) for result in await ask_of_mandates(rogue.mandates)] == [MandateStanding] * 3

    @pytest.mark.parametrize(
        ("believable", "unbelievable"),
        [
            (b'"ussdCode":null', b'"ussdCode":"*999#"'),
            (b'"account":{"number":"9900000001","bankName":"A","accountName":"B"}', b'"account":null'),
            (b'"expiresAt":null', b'"expiresAt":"soon"'),
            (b'"rail":"transfer"', b'"rail":"pigeon"'),
            (b'"reference":"r"', b'"reference":"another"'),
            (b'"currency":"NGN"', b'"currency":"QQQ"'),
            (b'"amount":5', b'"amount":5.5'),
            (b'"opened"', b'"queued"'),
        ],
    )
    async def test_are_unknown_where_a_request_is_what_no_request_can_be(self, believable, unbelievable):
        async with Rogue(answer(200, REQUEST.replace(believable, unbelievable))) as rogue:
            assert [type(result) for result in (await ask_of_pushes(rogue.requests))[:3]] == [Unknown] * 3

    @pytest.mark.parametrize(
        ("believable", "unbelievable"),
        [
            (b'"account":{"number":"9900000001","bankName":"A","accountName":"B"}', b'"account":null'),
            (b'"reference":"r"', b'"reference":"another"'),
            (b'"currency":"NGN"', b'"currency":"QQQ"'),
            (b'"opened"', b'"queued"'),
        ],
    )
    async def test_are_unknown_where_an_account_is_what_no_account_can_be(self, believable, unbelievable):
        async with Rogue(answer(200, ACCOUNT.replace(believable, unbelievable))) as rogue:
            assert [type(result) for result in (await ask_of_pushes(rogue.requests))[3:]] == [Unknown] * 2

    @pytest.mark.parametrize(
        "arrival",
        [
            b'{"providerReference":"p","amount":0,"currency":"NGN","rail":"ussd","arrivedAt":"2026-01-01T00:00:00Z"}',
            b'{"providerReference":"p","amount":5,"currency":"QQQ","rail":"ussd","arrivedAt":"2026-01-01T00:00:00Z"}',
            b'{"providerReference":"","amount":5,"currency":"NGN","rail":"ussd","arrivedAt":"2026-01-01T00:00:00Z"}',
            b'{"providerReference":"p","amount":5,"currency":"NGN","rail":"ussd","arrivedAt":"2026-01-01"}',
            b'{"providerReference":"p","amount":5,"currency":"NGN","rail":"ussd"}',
        ],
    )
    @pytest.mark.parametrize(("whole", "places"), [(REQUEST, (1, 2)), (ACCOUNT, (4,))])
    async def test_are_unknown_where_money_arrived_that_cannot_have(self, whole, places, arrival):
        async with Rogue(answer(200, whole.replace(b'"arrivals":[]', b'"arrivals":[' + arrival + b"]"))) as rogue:
            results = await ask_of_pushes(rogue.requests)
            assert [type(results[place]) for place in places] == [Unknown] * len(places)

    @pytest.mark.parametrize(
        ("believable", "unbelievable"),
        [
            (b'"pending"', b'"asleep"'),
            (b'"reference":"r"', b'"reference":"another"'),
            (b'"currency":"NGN"', b'"currency":"QQQ"'),
            (b'"activatedAt":null', b'"activatedAt":"soon"'),
            (b'"kept"', b'"queued"'),
        ],
    )
    async def test_are_unknown_where_a_mandate_is_what_no_mandate_can_be(self, believable, unbelievable):
        async with Rogue(answer(200, MANDATE.replace(believable, unbelievable))) as rogue:
            assert [type(result) for result in await ask_of_mandates(rogue.mandates)] == [Unknown] * 3

    async def test_are_unknown_where_a_mandate_that_is_looked_up_is_refused(self):
        refused = b'{"mandate":{"status":"refused","code":"c","message":"m"}}'
        async with Rogue(answer(200, refused)) as rogue:
            results = await ask_of_mandates(rogue.mandates)
            assert [type(result) for result in results] == [Refused, Unknown, Unknown]
