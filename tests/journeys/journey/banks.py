import json
from dataclasses import dataclass
from typing import Protocol

import httpx
from whenever import TimeDelta

from duro.gateway_simulator.http_receiver import HttpReceiver
from duro.kernel import Clock, Currency, Money
from duro.payments import (
    ChargeGateway,
    Declined,
    HttpSimulatedGateway,
    InboundWebhook,
    InMemoryIssuerLedger,
    MandateGateway,
    PaymentRequestGateway,
    SimulatedCard,
    SimulatedGateway,
    SimulatedInboundWebhooks,
    SimulatedMandates,
    SimulatedPaymentRequests,
    SimulatedProvider,
)
from duro.payments.simulated import (
    NoticePlan,
    PayerAnswer,
    PayerOrder,
    RetryPlan,
    SimulatedDispute,
    WebhookCourier,
    WebhookSeal,
)
from duro.testkit.merchant_client import Json

_SECRET = "made up for journeys"

TRUST = httpx.create_ssl_context()
"""Made once: it costs more than all that a journey asks over plain HTTP."""


@dataclass(frozen=True)
class Taken:
    """What became of one charge reference at the bank: how often it took this amount, and how much it gave back."""

    amount: int
    takings: int
    presentments: int
    refunded: int = 0


class Bank(Protocol):
    """Where the money really goes, and its own books."""

    def gateway(self) -> ChargeGateway: ...

    async def charges(self) -> dict[str, Taken]: ...


class BankInProcess:
    """The simulated provider in this process: quick, and unknown at once where a time-out would be waited for."""

    def __init__(self, clock: Clock) -> None:
        self._ledger = InMemoryIssuerLedger()
        self._clock = clock
        self._provider = SimulatedProvider.over(
            self._ledger, clock=clock, slow=TimeDelta(milliseconds=200), notices=NoticePlan()
        )
        self._gateway = SimulatedGateway(self._provider.issuer)

    def gateway(self) -> ChargeGateway:
        return self._gateway

    async def says(self, *answers: Declined | None, card: SimulatedCard = SimulatedCard.AS_TOLD) -> None:
        """Let a card that does as it is told answer its next charges so, None for yes; past these it says yes."""
        await self._provider.cards.tell(card.token, answers)

    def asking(self) -> PaymentRequestGateway:
        return SimulatedPaymentRequests(self._provider.pushes)

    def mandates(self) -> MandateGateway:
        return SimulatedMandates(self._provider.mandates)

    def webhooks(self) -> InboundWebhook:
        return SimulatedInboundWebhooks([_SECRET], clock=self._clock)

    async def gets(self, request: Json, amount: int) -> None:
        """Let a payer do what they were asked, or something like it: send this much, in kobo, as the request says."""
        number = request["instructions"].get("accountNumber")
        reference = request["id"].partition("_")[2] if number is None else None
        await self._provider.pushes.pay(PayerOrder(reference, number, Money(amount, Currency("NGN"))))

    async def hears(self, answer: PayerAnswer, charge: str) -> None:
        """Let a payer tell their bank on its page what they think of a charge that waits for them."""
        assert await self._provider.approvals.answer(charge, answer) is not None

    async def takes_back(self, charge: str) -> None:
        """Let a payer dispute a charge."""
        assert isinstance(await self._provider.disputes.open(charge), SimulatedDispute)

    async def gives_again(self, charge: str) -> None:
        """Let a merchant win a dispute."""
        assert isinstance(await self._provider.disputes.close(charge, is_won=True), SimulatedDispute)

    async def pushed(self) -> dict[str, int]:
        """What payers sent, by the bank's own reference."""
        arrivals, _ = await self._ledger.change(lambda page: page.arrivals.page(position=0, limit=1_000))
        return {arrival.provider_reference: arrival.amount.amount for arrival in arrivals}

    async def tell(self, url: str) -> None:
        """Post every notice that is due to the API at this address."""
        receiver = HttpReceiver(f"{url}/webhooks/inbound/simulated")
        courier = WebhookCourier(
            self._ledger, receiver=receiver, seal=WebhookSeal(_SECRET), clock=self._clock, retries=RetryPlan()
        )
        await self._provider.pushes.let_payers_act()
        await courier.send_due()
        await receiver.close()

    async def charges(self) -> dict[str, Taken]:
        page = await self._ledger.charges(position=0, limit=10_000)
        return {
            entry.reference: Taken(
                entry.amount.amount, entry.takings, entry.presentments, refunded=entry.amount_refunded.amount
            )
            for entry in page.entries
        }


class BankServer:
    """The simulated provider as a server of its own, reached over HTTP; it is shared, and counts from here on."""

    def __init__(self, url: str, *, timeout_seconds: float, earlier: frozenset[str]) -> None:
        self.url = url
        self._timeout_seconds = timeout_seconds
        self._earlier = earlier

    @classmethod
    async def at(cls, url: str, *, timeout_seconds: float) -> "BankServer":
        fresh = cls(url, timeout_seconds=timeout_seconds, earlier=frozenset())
        return cls(url, timeout_seconds=timeout_seconds, earlier=frozenset(await fresh.charges()))

    def gateway(self) -> ChargeGateway:
        return HttpSimulatedGateway(base_url=self.url, timeout_seconds=self._timeout_seconds)

    async def charges(self) -> dict[str, Taken]:
        async with httpx.AsyncClient(timeout=10, trust_env=False, verify=TRUST) as client:
            answer = await client.get(f"{self.url}/ledger")
        lines = [json.loads(line) for line in answer.raise_for_status().text.splitlines()]
        return {
            line["reference"]: Taken(
                line["amount"], line["takings"], line["presentments"], refunded=line["amountRefunded"]
            )
            for line in lines
            if line["kind"] == "charge" and line["reference"] not in self._earlier
        }
