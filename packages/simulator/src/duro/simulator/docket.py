from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from duro.simulator.answer import Answer, Way
from duro.simulator.arrays import Flags, Floats, Ints
from duro.simulator.case_view import CaseView
from duro.simulator.cases import Cases
from duro.simulator.timeline import Timeline


@final
@dataclass(frozen=True, slots=True)
class Docket:
    """Where every case stands while one policy works on it; rows are cases."""

    MOST_TRIES: ClassVar[int] = 16

    deadline_at: Ints
    now: Ints
    tries: Ints
    tried_at: Ints
    answers: Ints
    ways: Ints
    expected: Floats
    messages: Ints
    messaged_at: Ints
    card_added_at: Ints
    authenticated_at: Ints
    mandate_at: Ints
    repaired_at: Ints
    pushed_at: Ints
    approved_at: Ints
    ended_at: Ints
    recovered_at: Ints
    annoyance: Floats
    is_canceled: Flags
    breaches: Ints
    hard_retries: Ints

    @classmethod
    def open(cls, cases: Cases, window_days: int) -> "Docket":
        """Open every case with its failed renewal in the first column."""
        count = len(cases)

        def filled(value: int) -> Ints:
            return np.full(count, value, dtype=np.int64)

        def columns(value: int) -> Ints:
            return np.full((count, cls.MOST_TRIES), value, dtype=np.int64)

        docket = cls(
            deadline_at=cases.opened_at + window_days * Timeline.DAY,
            now=cases.opened_at.copy(),
            tries=filled(1),
            tried_at=columns(Timeline.NEVER),
            answers=columns(Answer.NOTHING),
            ways=columns(0),
            expected=np.full((count, cls.MOST_TRIES), np.nan),
            messages=filled(0),
            messaged_at=filled(-Timeline.NEVER),
            card_added_at=cases.added_at.copy(),
            authenticated_at=filled(Timeline.NEVER),
            mandate_at=filled(Timeline.NEVER),
            repaired_at=filled(Timeline.NEVER),
            pushed_at=filled(Timeline.NEVER),
            approved_at=filled(Timeline.NEVER),
            ended_at=filled(Timeline.NEVER),
            recovered_at=filled(Timeline.NEVER),
            annoyance=np.zeros(count),
            is_canceled=np.zeros(count, dtype=np.bool_),
            breaches=filled(0),
            hard_retries=filled(0),
        )
        docket.tried_at[:, 0] = cases.opened_at
        docket.answers[:, 0] = cases.first_answer
        return docket

    @property
    def charges(self) -> Ints:
        """Count the charges after the failed renewal; requests to push money are none."""
        used = np.arange(self.MOST_TRIES) < self.tries[:, None]
        return (used & (self.ways != Way.PUSH)).sum(axis=1) - 1

    def view(self, cases: Cases, rows: Ints, *, can_push: Flags, seen: tuple[Ints, Ints]) -> CaseView:
        """Show some cases as a merchant sees them, in copies; `seen` is when and what was seen of their payers."""
        seen_at, what = seen
        return CaseView(
            case=rows.copy(),
            payer=cases.payer[rows],
            amount=cases.amount[rows],
            network=cases.network[rows],
            opened_at=cases.opened_at[rows],
            deadline_at=self.deadline_at[rows],
            now=self.now[rows],
            tries=self.tries[rows],
            tried_at=self.tried_at[rows],
            answers=self.answers[rows],
            ways=self.ways[rows],
            messages=self.messages[rows],
            messaged_at=self.messaged_at[rows],
            card_added_at=self.card_added_at[rows],
            authenticated_at=self.authenticated_at[rows],
            can_push=can_push,
            mandate_at=self.mandate_at[rows],
            seen_at=seen_at,
            seen=what,
        )

    def is_fresh(self, rows: Ints, opened_at: Ints) -> Flags:
        """Say whose card was replaced since the case opened."""
        return self.card_added_at[rows] > opened_at

    def add_try(
        self, rows: Ints, at: Ints, answer: Ints | Answer, way: Ints | Way, *, expected: Floats | None = None
    ) -> None:
        """Write down one try of each row, and the chance that the policy gave it if it gave any."""
        column = self.tries[rows]
        self.tried_at[rows, column] = at
        self.answers[rows, column] = answer
        self.ways[rows, column] = way
        self.expected[rows, column] = np.nan if expected is None else expected
        self.tries[rows] += 1
