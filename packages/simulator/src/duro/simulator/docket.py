from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from duro.simulator.answer import Answer, Way
from duro.simulator.arrays import Flags, Floats, Ints
from duro.simulator.timeline import Timeline
from duro.simulator.world import World


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
    def open(cls, world: World, window_days: int) -> "Docket":
        """Open every case with its failed renewal in the first column."""
        cases, count = world.cases, len(world.cases)

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
