from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from duro.kernel import Currency, Money
from duro.simulator.policies.catalogue import Catalogue
from duro.simulator.replay.bounds import Bounds
from duro.simulator.replay.past import Past
from duro.simulator.replay.replay import WouldTry
from duro.simulator.role import Role
from duro.simulator.sheet import Sheet
from duro.simulator.timeline import Timeline


@final
@dataclass(frozen=True, slots=True)
class ReplayReport:
    """A merchant's own failures under several policies, in words and figures, with what can't be known of them."""

    HEADINGS: ClassVar[tuple[str, ...]] = (
        "policy",
        "window",
        "at least, %",
        "at most, %",
        "at least",
        "at most",
        "tries",
        "known, %",
    )
    UNKNOWABLE: ClassVar[tuple[str, ...]] = (
        "The answer to a charge at another time: it is known within an hour of a real charge of the same card, and",
        "between two that were refused alike less than a day apart; a dead or expired card stays so until replaced.",
        "An unknown answer counts as refused in the lower bound and as paid in the upper.",
        "Whom other messages had moved to pay, to replace a card or to cancel: cards change when they really did, and",
        "who paid without a charge counts in the upper bound alone.",
        "What another policy had seen of a payer by then: other invoices show what was really seen.",
        "Rails other than the card: nobody is asked.",
    )
    SHOWN: ClassVar[int] = 10

    past: Past
    bounds: tuple[Bounds, ...]

    @classmethod
    def of(cls, past: Past, policies: Sequence[str], advance: Callable[[str], None]) -> "ReplayReport":
        """Replay the past through policies of the catalogue; `advance` is told of each that is done.

        A bound that must see balances can't be replayed and is left out.
        """
        catalogue, bounds = Catalogue(), list[Bounds]()
        for name in policies:
            if not catalogue.is_bound(name):
                bounds.append(Bounds.of(past, catalogue.without_world(name)))
            advance(name)
        return cls(past, tuple(bounds))

    def sheets(self) -> tuple[Sheet, ...]:
        return (self.table(), *self.examples())

    @property
    def made_of(self) -> str:
        return (
            f"{len(self.past.cases):,} charges failed at first, {self._money(self.past.at_risk)} in all; "
            f"{self._money(self.past.recovered)} of that really came back ({100 * self.past.recovered_share:.1f} %)."
        )

    def table(self) -> Sheet:
        rows = tuple(self._row(bounds) for bounds in sorted(self.bounds, key=lambda one: (-one.at_least, -one.at_most)))
        return Sheet(f"Your own failures, worked by other policies ({self.past.currency})", self.HEADINGS, rows)

    def examples(self) -> Iterator[Sheet]:
        """Show when the last of Duro's own policies had tried the largest cases, and what is known of that."""
        ours = [bounds for bounds in self.bounds if Role.of(bounds.policy) is Role.OURS]
        if ours:
            largest = sorted(range(len(self.past.cases)), key=lambda row: -self.past.cases[row].amount)[: self.SHOWN]
            rows = tuple(self._example(row, ours[-1].would_try[row]) for row in largest)
            title = f"When {ours[-1].policy} had tried the largest of them, were every unknown answer a refusal"
            yield Sheet(title, ("invoice", "amount", "failed on", "had been tried"), rows)

    def as_json(self) -> dict[str, object]:
        return {
            "currency": self.past.currency,
            "cases": len(self.past.cases),
            "at_risk_minor_units": self.past.at_risk,
            "recovered_minor_units": self.past.recovered,
            "policies": [
                {
                    "policy": bounds.policy,
                    "window_days": bounds.window_days,
                    "at_least_minor_units": bounds.at_least,
                    "at_most_minor_units": bounds.at_most,
                    "attempts_per_case": bounds.tries_per_case,
                    "known_share_of_attempts": bounds.known_share,
                }
                for bounds in self.bounds
            ],
        }

    def _row(self, bounds: Bounds) -> tuple[str, ...]:
        return (
            bounds.policy,
            f"{bounds.window_days} d",
            f"{100 * bounds.at_least_share:.1f}",
            f"{100 * bounds.at_most_share:.1f}",
            self._money(bounds.at_least),
            self._money(bounds.at_most),
            f"{bounds.tries_per_case:.2f}",
            f"{100 * bounds.known_share:.0f}",
        )

    def _example(self, row: int, tries: Sequence[WouldTry]) -> tuple[str, ...]:
        case = self.past.cases[row]
        told = "; ".join(f"{self._when(one.at)} {one.verdict.value}" for one in tries)
        return (
            case.reference,
            self._money(case.amount),
            self._when(case.opened_at),
            told or "never: only the payer can",
        )

    @staticmethod
    def _when(slot: int) -> str:
        minutes = np.timedelta64(slot * Timeline.SECONDS // 60, "m")
        return str(Timeline(1).first_date.astype("datetime64[m]") + minutes).replace("T", " ")

    def _money(self, minor_units: int) -> str:
        return str(Money(minor_units, Currency(self.past.currency)))
