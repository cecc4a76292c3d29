import json
from dataclasses import dataclass
from typing import Protocol

import httpx
from whenever import TimeDelta

from duro.kernel import Clock
from duro.payments import (
    ChargeGateway,
    Declined,
    HttpSimulatedGateway,
    InMemoryIssuerLedger,
    SimulatedCard,
    SimulatedGateway,
    SimulatedProvider,
)

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
        self._provider = SimulatedProvider.over(self._ledger, clock=clock, slow=TimeDelta(milliseconds=200))
        self._gateway = SimulatedGateway(self._provider.issuer)

    def gateway(self) -> ChargeGateway:
        return self._gateway

    async def says(self, *answers: Declined | None, card: SimulatedCard = SimulatedCard.AS_TOLD) -> None:
        """Let a card that does as it is told answer its next charges so, None for yes; past these it says yes."""
        await self._provider.cards.tell(card.token, answers)

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
