import asyncio
import os
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from duro.crypto import SystemClock
from duro.payments import (
    HttpSimulatedGateway,
    HttpSimulatedMandates,
    HttpSimulatedPaymentRequests,
    InMemoryIssuerLedger,
    SimulatedGateway,
    SimulatedInboundWebhooks,
    SimulatedMandates,
    SimulatedPaymentRequests,
    SimulatedProvider,
    VerifiedNotices,
)
from duro.payments.simulated import NoticePlan, PayerOrder, RetryPlan, WebhookCourier, WebhookSeal

SECRET = "made up for tests"


class SimulatorProcess:
    """The simulated provider's server as a process of its own, with a ledger of its own."""

    def __init__(self, database, **environment) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "duro.gateway_simulator", "--port", "0", "--database", str(database)],
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = self._process.stdout.readline().strip().rpartition(" ")[2]
        assert self.url.startswith("http://127.0.0.1:")

    def stop(self):
        self._process.terminate()
        assert self._process.wait(timeout=20) == 0
        self._process.stdout.close()


class Letterbox:
    """Whatever a provider sent, judged as it came."""

    def __init__(self) -> None:
        self._inbound = SimulatedInboundWebhooks([SECRET], clock=SystemClock())
        self._verified = []

    async def receive(self, headers, body):
        self.take(headers, body)
        return True

    def take(self, headers, body):
        self._verified.append(self._inbound.verify(headers, body))

    def notices(self, kind, fields):
        verified = list(self._verified)
        assert all(isinstance(each, VerifiedNotices) for each in verified)
        notices = [notice for each in verified for notice in each.notices if isinstance(notice, kind)]
        return [each for each in notices if all(getattr(each, name) == value for name, value in fields.items())]


class LetterboxServer:
    """A letterbox behind an address."""

    def __init__(self) -> None:
        self.letterbox = letterbox = Letterbox()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                letterbox.take(dict(self.headers), body)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/notices"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def stop(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class RailsInProcess:
    """Every rail of the simulated provider in this process, and what it tells."""

    def __init__(self) -> None:
        ledger = InMemoryIssuerLedger()
        clock = SystemClock()
        self._provider = SimulatedProvider.over(ledger, clock=clock, notices=NoticePlan(), is_telling_charges=True)
        self._letterbox = Letterbox()
        self._courier = WebhookCourier(
            ledger, receiver=self._letterbox, seal=WebhookSeal(SECRET), clock=clock, retries=RetryPlan()
        )
        self.charges = SimulatedGateway(self._provider.issuer)
        self.requests = SimulatedPaymentRequests(self._provider.pushes)
        self.mandates = SimulatedMandates(self._provider.mandates)

    async def pay(self, amount, *, reference=None, account_number=None, at=None):
        order = PayerOrder(reference=reference, account_number=account_number, amount=amount, at=at)
        return (await self._provider.pushes.pay(order)).provider_reference

    async def act(self, reference, act):
        bank = self._provider.mandates
        await {"activate": bank.activate, "finish-setup": bank.finish_setup, "revoke": bank.revoke}[act](reference)

    async def answer(self, reference, answer):
        await self._provider.approvals.answer(reference, answer)

    async def told(self, kind, **fields):
        while await self._courier.send_due():
            pass
        return self._letterbox.notices(kind, fields)

    async def close(self):
        await self.mandates.close()
        await self.requests.close()
        await self.charges.close()


class RailsOverHttp:
    """Every rail of the simulated provider behind its server, and what that tells."""

    def __init__(self, url, letterbox) -> None:
        self._letterbox = letterbox
        self._client = httpx.AsyncClient(base_url=url, trust_env=False, timeout=20)
        self.charges = HttpSimulatedGateway(base_url=url, timeout_seconds=10)
        self.requests = HttpSimulatedPaymentRequests(base_url=url, timeout_seconds=10)
        self.mandates = HttpSimulatedMandates(base_url=url, timeout_seconds=10)

    async def pay(self, amount, *, reference=None, account_number=None, at=None):
        order = {"amount": amount.amount, "currency": amount.currency.code}
        hints = {"reference": reference, "accountNumber": account_number, "at": at and at.format_iso()}
        answer = await self._client.post("/payers/pay", json=order | {k: v for k, v in hints.items() if v is not None})
        return answer.raise_for_status().json()["arrival"]["providerReference"]

    async def act(self, reference, act):
        (await self._client.post(f"/payers/mandates/{reference}/{act}")).raise_for_status()

    async def answer(self, reference, answer):
        (await self._client.post(f"/approvals/{reference}", data={"answer": answer.value})).raise_for_status()

    async def told(self, kind, **fields):
        deadline = time.monotonic() + 20
        while True:
            if not await self._waiting() and (found := self._letterbox.notices(kind, fields)):
                return found
            assert time.monotonic() < deadline
            await asyncio.sleep(0.01)

    async def _waiting(self):
        lines = (await self._client.get("/notices")).raise_for_status().text.splitlines()
        return any('"status":"waiting"' in line for line in lines)

    async def close(self):
        await self._client.aclose()
        await self.mandates.close()
        await self.requests.close()
        await self.charges.close()


@pytest.fixture(scope="session")
def letterbox():
    server = LetterboxServer()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def simulator_url(tmp_path_factory, letterbox):
    database = tmp_path_factory.mktemp("simulator") / "ledger.db"
    process = SimulatorProcess(
        database,
        GATEWAY_SLOW_MS="1000",
        GATEWAY_HOLD_MS="200",
        GATEWAY_WEBHOOK_URL=letterbox.url,
        GATEWAY_WEBHOOK_SECRET=SECRET,
        GATEWAY_WEBHOOK_CHARGES="1",
    )
    yield process.url
    process.stop()


@pytest.fixture
async def rails_in_process():
    rails = RailsInProcess()
    yield rails
    await rails.close()


@pytest.fixture(scope="session")
async def rails_over_http(simulator_url, letterbox):
    rails = RailsOverHttp(simulator_url, letterbox.letterbox)
    yield rails
    await rails.close()
