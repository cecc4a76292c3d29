from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, final

from whenever import Instant, TimeDelta

from duro.cli.reconciliation.gateway_ledger import GatewayEntry
from duro.db.collection_book import CollectionEntry

_LEFT_ALONE: Final = TimeDelta(minutes=10)
_LOOKED_UP_WITHIN: Final = TimeDelta(hours=25)


class MismatchKind(StrEnum):
    """How the two books can contradict each other."""

    DOUBLE = "double"
    LOST = "lost"
    ORPHAN = "orphan"
    PHANTOM = "phantom"
    AMOUNT = "amount"
    FEE = "fee"


@final
@dataclass(frozen=True, slots=True)
class Mismatch:
    """One reference on which the two books contradict each other."""

    kind: MismatchKind
    reference: str
    detail: str


@final
@dataclass(frozen=True, slots=True)
class Comparison:
    """Both books side by side at one moment.

    Double: taken more than once. Lost: taken, and known here as failed or, in real time, not known for ten minutes
    after its lease. Orphan: taken under a reference that nobody here gave. Phantom: done here, not done there. Pushed
    money that isn't known here a day later is lost if it came for a request of ours, else an orphan, until a person has
    dealt with the notice of it. A fee that isn't known here contradicts nothing.
    """

    charges: Mapping[str, CollectionEntry]
    refunds: Mapping[str, CollectionEntry]
    theirs: Mapping[tuple[str, str], GatewayEntry]
    now: Instant
    requests: Mapping[str, CollectionEntry] = field(default_factory=dict[str, CollectionEntry])
    arrivals: Mapping[str, CollectionEntry] = field(default_factory=dict[str, CollectionEntry])
    dealt_with: frozenset[str] = frozenset()

    def mismatches(self) -> tuple[Mismatch, ...]:
        return (
            *self._of_gateway(),
            *self._of_ours("charge", self.charges),
            *self._of_ours("refund", self.refunds),
            *self._of_pushed(),
        )

    @property
    def in_flight(self) -> int:
        """How many references are still waiting for an answer here."""
        entries = (*self.charges.values(), *self.refunds.values())
        return sum(1 for entry in entries if entry.status == "pending")

    def _of_gateway(self) -> Iterator[Mismatch]:
        for (kind, reference), entry in self.theirs.items():
            if entry.takings > 1:
                yield Mismatch(MismatchKind.DOUBLE, reference, f"{entry.amount} was taken {entry.takings} times")
            if not (entry.has_taken or entry.has_given_back):
                continue
            ours = (self.charges if kind == "charge" else self.refunds).get(reference)
            if ours is None:
                yield Mismatch(MismatchKind.ORPHAN, reference, f"{kind} of {entry.amount} that nobody here asked for")
            elif ours.status == "failed" or self._is_left_alone(ours):
                yield Mismatch(MismatchKind.LOST, reference, f"{kind} of {entry.amount} done there, {ours.status} here")
            elif ours.status != "review":
                yield from self._differences(kind, ours, entry)

    def _of_ours(self, kind: str, ours: Mapping[str, CollectionEntry]) -> Iterator[Mismatch]:
        for reference, entry in ours.items():
            theirs = self.theirs.get((kind, reference))
            is_done = theirs is not None and (theirs.has_taken or theirs.has_given_back)
            if entry.status == "succeeded" and not is_done:
                yield Mismatch(MismatchKind.PHANTOM, reference, f"{kind} of {entry.amount} done here, not there")

    def _of_pushed(self) -> Iterator[Mismatch]:
        theirs = {reference: entry for (kind, reference), entry in self.theirs.items() if kind == "arrival"}
        for reference, entry in theirs.items():
            ours = self.arrivals.get(reference)
            if ours is None and self._is_overdue(entry):
                yield from self._unknown(entry)
            elif ours is not None:
                yield from self._differences("arrival", ours, entry)
        for reference, ours in self.arrivals.items():
            if reference not in theirs:
                yield Mismatch(MismatchKind.PHANTOM, reference, f"arrival of {ours.amount} here, not there")

    @staticmethod
    def _differences(kind: str, ours: CollectionEntry, theirs: GatewayEntry) -> Iterator[Mismatch]:
        if ours.amount != theirs.amount:
            yield Mismatch(MismatchKind.AMOUNT, ours.reference, f"{kind}: {ours.amount} here, {theirs.amount} there")
        if ours.fee is not None and ours.fee != theirs.fee:
            yield Mismatch(MismatchKind.FEE, ours.reference, f"{kind}: a fee of {ours.fee} here, {theirs.fee} there")

    def _unknown(self, arrival: GatewayEntry) -> Iterator[Mismatch]:
        request = self.requests.get(arrival.request_reference or "")
        if request is None and arrival.reference not in self.dealt_with:
            yield Mismatch(MismatchKind.ORPHAN, arrival.reference, f"{arrival.amount} came there for nobody here")
        elif request is not None and not request.is_on_test_clock:
            yield Mismatch(MismatchKind.LOST, arrival.reference, f"{arrival.amount} came there and isn't known here")

    def _is_overdue(self, arrival: GatewayEntry) -> bool:
        return arrival.at is not None and self.now - arrival.at > _LOOKED_UP_WITHIN

    def _is_left_alone(self, entry: CollectionEntry) -> bool:
        is_over = not entry.is_on_test_clock and self.now - entry.claimed_until > _LEFT_ALONE
        return entry.status == "pending" and is_over
