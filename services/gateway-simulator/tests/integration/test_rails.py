import asyncio
import json
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from duro.crypto import SystemClock
from duro.kernel import Money
from duro.payments import (
    Approved,
    DisputeClosed,
    DisputeOpened,
    HttpSimulatedGateway,
    SimulatedInboundWebhooks,
    VerifiedNotices,
)
from duro.payments.simulated import SimulatedBankAccount, SimulatedCard, SimulatedPayer

SECRET = "made up for tests"


class Receiver:
    """Where notices are posted: it refuses as many as it is told to, judges each, and keeps what was told."""

    def __init__(self) -> None:
        self.refusals = 0
        self.told = []
        receiver = self
        inbound = SimulatedInboundWebhooks([SECRET], clock=SystemClock())

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                verified = inbound.verify(dict(self.headers), body)
                receiver.told.append(verified.notices[0] if isinstance(verified, VerifiedNotices) else verified)
                is_refused = len(receiver.told) <= receiver.refusals
                self.send_response(500 if is_refused else 200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    @property
    def settings(self):
        url = f"http://127.0.0.1:{self._server.server_port}/notices"
        return {"GATEWAY_WEBHOOK_URL": url, "GATEWAY_WEBHOOK_SECRET": SECRET, "GATEWAY_WEBHOOK_RETRY_MS": "10"}

    def stop(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Person:
    """Somebody with a terminal, who asks the server and waits for what it tells."""

    def __init__(self, url) -> None:
        self._client = httpx.AsyncClient(base_url=url, trust_env=False, timeout=20)

    async def post(self, path, **body):
        answer = await self._client.post(path, json=body)
        return answer.status_code, answer.json()

    async def open(self, reference, **more):
        order = {"reference": reference, "amount": 500_000, "currency": "NGN", "rail": "transfer"}
        return await self.post("/payment-requests", **order, customerEmail="ada@example.com", **more)

    async def lines(self, path):
        return [json.loads(line) for line in (await self._client.get(path)).raise_for_status().text.splitlines()]

    async def get(self, path):
        answer = await self._client.get(path)
        return answer.status_code, answer.json()

    async def notices_when_settled(self):
        deadline = time.monotonic() + 90
        while True:
            lines = await self.lines("/notices")
            if lines and all(line["status"] != "waiting" for line in lines):
                return lines
            assert time.monotonic() < deadline
            await asyncio.sleep(0.01)

    async def close(self):
        await self._client.aclose()


@pytest.fixture
def charges():
    def order(reference, *, token=SimulatedCard.APPROVE.token):
        person = {"customerEmail": "ada@example.com", "description": "Gold"}
        return {"reference": reference, "amount": 500_000, "currency": "NGN", "token": token, **person}

    return order


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture
async def person_at():
    people = []

    def build(url):
        people.append(Person(url))
        return people[-1]

    yield build
    for person in people:
        await person.close()


class TestRails:
    async def test_forget_neither_money_nor_the_notice_of_it_when_killed(self, simulator, receiver, person_at):
        receiver.refusals = 10**9
        person = person_at(simulator.start(**receiver.settings).url)
        paid = [(await person.post("/payers/pay", reference=f"r{n}", amount=n))[1] for n in range(1, 21)]
        simulator.kill()
        receiver.refusals = 0
        person = person_at(simulator.start(**receiver.settings).url)
        names = {each["arrival"]["providerReference"] for each in paid}
        assert {line["status"] for line in await person.notices_when_settled()} == {"accepted"}
        lines = await person.lines("/ledger")
        assert {line["reference"] for line in lines if line["kind"] == "arrival"} == names
        assert {notice.provider_reference for notice in receiver.told} == names

    async def test_send_a_notice_until_it_is_accepted(self, simulator, receiver, person_at):
        receiver.refusals = 3
        person = person_at(simulator.start(**receiver.settings).url)
        await person.post("/payers/pay", reference="r", amount=5)
        (line,) = await person.notices_when_settled()
        assert (line["status"], line["tries"], line["body"]["type"]) == ("accepted", 4, "money.received")
        assert len(receiver.told) == 4
        assert len(set(receiver.told)) == 1

    async def test_give_a_notice_up_when_patience_ends(self, simulator, receiver, person_at):
        receiver.refusals = 10**9
        settings = receiver.settings | {"GATEWAY_WEBHOOK_PATIENCE_MS": "25"}
        person = person_at(simulator.start(**settings).url)
        await person.post("/payers/pay", reference="r", amount=5)
        (line,) = await person.notices_when_settled()
        assert line["status"] == "given_up"
        assert line["tries"] == len(receiver.told) in {1, 2}

    async def test_can_send_every_notice_twice_or_never(self, tmp_path, simulators, receiver, person_at):
        for name, tellings in (("GATEWAY_WEBHOOK_DUPLICATE_RATE", 2), ("GATEWAY_WEBHOOK_LOSS_RATE", 0)):
            receiver.told.clear()
            simulator = simulators(tmp_path / f"{name}.db")
            simulator.start(**receiver.settings, **{name: "1", "GATEWAY_WEBHOOK_REORDER_MS": "20"})
            person = person_at(simulator.url)
            await person.post("/payers/pay", reference="r", amount=5)
            lines = await person.notices_when_settled()
            assert {line["status"] for line in lines} == {"accepted" if tellings else "withheld"}
            assert len(receiver.told) == tellings

    async def test_hit_the_same_notices_in_every_run_with_one_seed(self, tmp_path, simulators, receiver, person_at):
        hits = []
        for run, seed in enumerate(("a", "a", "b")):
            simulator = simulators(tmp_path / f"{run}.db")
            simulator.start(**receiver.settings, GATEWAY_WEBHOOK_LOSS_RATE="0.5", GATEWAY_SEED=seed)
            person = person_at(simulator.url)
            for number in range(30):
                await person.post("/payers/pay", reference=f"r{number}", amount=5)
            lines = await person.notices_when_settled()
            hits.append({line["body"]["reference"] for line in lines if line["status"] == "withheld"})
        assert hits[0] == hits[1] != hits[2]

    async def test_let_a_late_payer_pay_although_nobody_looks(self, simulator, receiver, person_at):
        person = person_at(simulator.start(**receiver.settings).url)
        phone = SimulatedPayer.LATE.phone
        await person.open("late", phone=phone)
        await person.post("/payment-requests/late/close")
        (line,) = await person.notices_when_settled()
        assert (line["body"]["reference"], line["body"]["amount"]) == ("late", 500_000)

    async def test_tell_of_no_charge_unless_asked_to(self, simulator, receiver, person_at, charge_of):
        url = simulator.start(**receiver.settings).url
        gateway = HttpSimulatedGateway(base_url=url, timeout_seconds=15)
        await gateway.charge(charge_of("c"))
        await gateway.close()
        assert await person_at(url).lines("/notices") == []

    async def test_tell_nobody_without_an_address(self, simulator, person_at):
        person = person_at(simulator.start().url)
        await person.open("r", phone=SimulatedPayer.EXACT.phone)
        assert await person.lines("/notices") == []
        assert [line["kind"] for line in await person.lines("/ledger")] == ["arrival"]

    async def test_show_an_auditor_what_came_and_for_what(self, simulator, person_at):
        person = person_at(simulator.start().url)
        opened = (await person.open("r"))[1]["request"]
        account = {"reference": "a", "currency": "NGN", "customerName": "Ada", "customerEmail": "ada@example.com"}
        number = (await person.post("/virtual-accounts", **account))[1]["account"]["account"]["number"]
        at = "2026-11-25T12:00:00.123456Z"
        await person.post("/payers/pay", accountNumber=opened["account"]["number"], amount=5, at=at)
        await person.post("/payers/pay", accountNumber=number, amount=6, currency="USD")
        await person.post("/payers/pay", reference="nobody", amount=7)
        lines = await person.lines("/ledger")
        assert [
            (each["amount"], each["currency"], each["rail"], each["requestReference"], each["accountNumber"])
            for each in lines
        ] == [
            (5, "NGN", "transfer", "r", opened["account"]["number"]),
            (6, "USD", "virtual_account", None, number),
            (7, "NGN", "ussd", "nobody", None),
        ]
        assert (lines[0]["at"], lines[0]["status"]) == (at, "received")

    async def test_tell_once_of_a_dispute_and_once_of_its_first_end(self, simulator, receiver, person_at, charges):
        person = person_at(simulator.start(**receiver.settings).url)
        await person.post("/charges", **charges("c1"))
        acts = [
            await person.post(f"/payers/disputes/c1/{act}") for act in ("win", "open", "open", "lose", "win", "open")
        ]
        assert [status for status, _ in acts] == [404] + [200] * 5
        states = [answer["dispute"]["state"] for _, answer in acts[1:]]
        assert states == ["opened", "opened", "lost", "lost", "lost"]
        (name,) = {answer["dispute"]["providerReference"] for _, answer in acts[1:]}
        await person.notices_when_settled()
        opened, closed = sorted(receiver.told, key=lambda notice: notice.at)
        assert isinstance(opened, DisputeOpened)
        assert isinstance(closed, DisputeClosed)
        assert not closed.is_won
        for notice in (opened, closed):
            assert (notice.reference, notice.provider_reference, notice.amount.amount) == ("c1", name, 500_000)

    async def test_dispute_no_charge_that_took_nothing(self, simulator, receiver, person_at, charges):
        person = person_at(simulator.start(**receiver.settings).url)
        await person.post("/charges", **charges("c1", token=SimulatedCard.EXPIRED_CARD.token))
        for reference in ("c1", "c2"):
            status, problem = await person.post(f"/payers/disputes/{reference}/open")
            assert (status, problem["error"]["code"]) == (404, "dispute_not_found")
        assert (await person.post("/payers/disputes/c1/forget"))[0] == 400
        assert await person.lines("/notices") == []

    async def test_refuse_what_no_payer_can_do(self, simulator, person_at):
        person = person_at(simulator.start().url)
        for body in (
            {},
            {"amount": 5},
            {"reference": "r"},
            {"reference": "r", "accountNumber": "1", "amount": 5},
            {"reference": "r", "amount": 0},
            {"reference": "r", "amount": 5, "currency": "QQQ"},
            {"reference": "r", "amount": 5, "at": "yesterday"},
            {"reference": "r", "amount": 5, "for": "fun"},
        ):
            status, problem = await person.post("/payers/pay", **body)
            assert (status, problem["error"]["code"]) == (400, "invalid_request"), body
        assert await person.lines("/ledger") == []

    async def test_refuse_what_they_cannot_read_and_find_nothing_that_is_not_there(self, simulator, person_at):
        person = person_at(simulator.start().url)
        asked = [
            await person.post("/payment-requests"),
            await person.post("/mandates", reference="m"),
            await person.post("/payers/mandates/m/activate", at="yesterday"),
            await person.post("/payers/mandates/m/sleep"),
            await person.get("/virtual-accounts/a?since=yesterday"),
            await person.get("/virtual-accounts/a"),
            await person.post("/payers/mandates/m/activate"),
            await person.get("/virtual-accounts/a?since=2026-11-25T12:00:00Z"),
            await person.get("/payment-requests/r"),
            await person.get("/mandates/m"),
        ]
        assert [status for status, _ in asked] == [400] * 6 + [404] * 4
        assert [problem["error"]["code"] for _, problem in asked[6:]] == [
            "mandate_not_found",
            "account_not_found",
            "request_not_found",
            "mandate_not_found",
        ]

    async def test_lose_orders_at_the_rate_they_are_told_to(self, simulator, person_at):
        person = person_at(simulator.start(GATEWAY_TIMEOUT_BEFORE_RATE="1", GATEWAY_HOLD_MS="0").url)
        account = {"reference": "a", "currency": "NGN", "customerName": "Ada", "customerEmail": "ada@example.com"}
        mandate = {"reference": "m", "customerName": "Ada", "customerEmail": "ada@example.com", "currency": "NGN"}
        terms = {"accountNumber": "0100000001", "bankCode": "058", "ceiling": 500}
        for again in (504, 200):
            assert (await person.open("r"))[0] == again
            assert (await person.post("/virtual-accounts", **account))[0] == again
            assert (await person.post("/mandates", **mandate, **terms))[0] == again

    async def test_end_the_set_up_of_a_mandate_when_its_time_is_over(self, simulator, person_at, charge_of):
        url = simulator.start(GATEWAY_MANDATE_SETUP_SECONDS="0").url
        order = {"reference": "m", "customerName": "Ada", "customerEmail": "ada@example.com", "bankCode": "058"}
        terms = {"accountNumber": SimulatedBankAccount.APPROVE.number, "ceiling": 500, "currency": "NGN"}
        _, made = await person_at(url).post("/mandates", **order, **terms)
        gateway = HttpSimulatedGateway(base_url=url, timeout_seconds=15)
        request = replace(charge_of("c"), token=made["mandate"]["token"])
        assert await gateway.charge(request) == Approved("c", request.amount, Money(3, request.amount.currency))
        await gateway.close()
