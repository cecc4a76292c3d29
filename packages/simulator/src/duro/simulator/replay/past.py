from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from duro.simulator.ailments import Ailment
from duro.simulator.answer import Answer, Network, Sighting
from duro.simulator.arrays import Ints
from duro.simulator.cases import Cases


@final
@dataclass(frozen=True, slots=True)
class PastTry:
    """One charge that was really made: in which slot, what the bank said, and since when its card was known."""

    at: int
    answer: Answer
    card_added_at: int


@final
@dataclass(frozen=True, slots=True)
class PastCase:
    """An invoice whose first charge failed, with everything that was really tried, in order of time.

    `paid_at` is when the payer paid it otherwise, without a charge of ours.
    """

    reference: str
    payer: int
    amount: int
    network: Network
    tries: tuple[PastTry, ...]
    paid_at: int | None = None

    @property
    def opened_at(self) -> int:
        return self.tries[0].at

    @property
    def recovered_at(self) -> int | None:
        """Return when it was really paid, by a charge or otherwise."""
        approved = (one.at for one in self.tries if one.answer is Answer.APPROVED)
        return next(approved, self.paid_at)


@final
@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of a payer's account, in which slot, and by which invoice."""

    at: int
    what: Sighting
    reference: str


@final
@dataclass(frozen=True, slots=True)
class Past:
    """A merchant's failed charges in one currency, and all that was seen of each payer's account, in order of time."""

    KEPT: ClassVar[int] = 64

    currency: str
    cases: tuple[PastCase, ...]
    seen: Mapping[int, tuple[Seen, ...]]

    @property
    def at_risk(self) -> int:
        return sum(case.amount for case in self.cases)

    @property
    def recovered(self) -> int:
        """Return how much really came back."""
        return sum(case.amount for case in self.cases if case.recovered_at is not None)

    @property
    def recovered_share(self) -> float:
        return self.recovered / max(self.at_risk, 1)

    def as_cases(self) -> Cases:
        """Put them as policies are shown cases; nothing hidden is known of them."""
        nothing = np.zeros(len(self.cases), dtype=np.int64)

        def column(values: list[int]) -> Ints:
            return np.array(values, dtype=np.int64)

        return Cases(
            payer=column([case.payer for case in self.cases]),
            month=nothing,
            opened_at=column([case.opened_at for case in self.cases]),
            amount=column([case.amount for case in self.cases]),
            first_answer=column([case.tries[0].answer for case in self.cases]),
            ailment=np.full(len(self.cases), Ailment.NONE, dtype=np.int64),
            blocked_until=nothing,
            network=column([case.network for case in self.cases]),
            added_at=column([case.tries[0].card_added_at for case in self.cases]),
        )

    def seen_apart_from(self, case: PastCase) -> tuple[Seen, ...]:
        """List what was seen of a case's payer by its first charge and by other invoices, in order of time."""
        return tuple(
            one for one in self.seen.get(case.payer, ()) if one.reference != case.reference or one.at <= case.opened_at
        )
