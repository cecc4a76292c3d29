from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from duro.simulator.answer import Answer
from duro.simulator.arrays import Flags, Ints
from duro.simulator.case_view import CaseView
from duro.simulator.plan import Move, Plan
from duro.simulator.policies.month_end import MonthEnd
from duro.simulator.terms import Terms
from duro.simulator.timeline import Timeline


@final
@dataclass(frozen=True, slots=True)
class Ladder:
    """Tries at fixed times after the first failure, in slots; a card that was replaced is charged at once.

    On a card that needs its payer a ladder sends a message instead of trying, unless it is blind to reasons. With a
    month end, tries of an empty account snap forward to it.
    """

    EVEN: ClassVar[str] = "even"

    name: str
    steps: tuple[int, ...]
    window_days: int
    is_blind: bool = False
    month_end: MonthEnd | None = None

    @classmethod
    def of_days(cls, name: str, days: tuple[int, ...], window_days: int, *, is_blind: bool = False) -> "Ladder":
        return cls(name, tuple(day * Timeline.DAY for day in days), window_days, is_blind)

    @classmethod
    def even(cls, terms: Terms) -> "Ladder":
        """Spread tries evenly: `even_6_in_30` has six, five days apart."""
        steps = tuple((n + 1) * terms.days * Timeline.DAY // terms.tries for n in range(terms.tries))
        return cls(terms.named(cls.EVEN), steps, terms.days)

    @property
    def most_tries(self) -> int:
        return len(self.steps)

    def decide(self, view: CaseView) -> Plan:
        plan = Plan.waiting(len(view))
        row = np.arange(len(view))
        last_at, last = view.tried_at[row, view.tries - 1], view.answers[row, view.tries - 1]
        is_new = view.card_added_at > last_at
        is_stuck = self._is_stuck(last) & ~is_new
        done = view.tries - 1
        charges = is_new | (~is_stuck & (done < len(self.steps)))
        step = np.array(self.steps)[np.minimum(done, len(self.steps) - 1)]
        at = np.maximum(view.opened_at + step, view.now + self._gap)
        if self.month_end is not None:
            at = np.where(last == Answer.INSUFFICIENT_FUNDS, self.month_end.snap(at), at)
        at = np.where(is_new, view.now + 1, at)
        plan.put(charges, Move.CHARGE, at[charges])
        ask_at = self._next_step(view)
        asks = is_stuck & (ask_at < Timeline.NEVER)
        plan.put(asks, Move.ASK, ask_at[asks])
        return plan

    @property
    def _gap(self) -> int:
        return min(Timeline.DAY, self.steps[0])

    def _is_stuck(self, last: Ints) -> Flags:
        if self.is_blind:
            return np.zeros(len(last), dtype=np.bool_)
        needs_payer = (last == Answer.HARD_DECLINE) | (last == Answer.EXPIRED_CARD)
        return needs_payer | (last == Answer.AUTHENTICATION_REQUIRED)

    def _next_step(self, view: CaseView) -> Ints:
        times = view.opened_at[:, None] + np.array(self.steps)
        return np.where(times > view.now[:, None], times, Timeline.NEVER).min(axis=1)
