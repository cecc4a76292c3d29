from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from duro.simulator.ailments import Ailment
from duro.simulator.answer import Answer
from duro.simulator.arrays import Flags, Ints
from duro.simulator.case_view import CaseView
from duro.simulator.docket import Docket
from duro.simulator.plan import Move, Plan
from duro.simulator.tempers import Tempers
from duro.simulator.terms import Terms
from duro.simulator.timeline import Timeline
from duro.simulator.world import World


@final
@dataclass(frozen=True, slots=True)
class Oracle:
    """No policy but the bound of all: it sees balances, banks and tempers, and charges in the first slot that will pay.

    Where no charge of the present card will, it asks for another every day for as long as the payer bears it.
    """

    NAME: ClassVar[str] = "oracle"

    TERMS: ClassVar[Terms] = Terms(Docket.MOST_TRIES - 1, 30)

    world: World

    @property
    def name(self) -> str:
        return self.NAME

    @property
    def window_days(self) -> int:
        return self.TERMS.days

    @property
    def most_tries(self) -> int:
        return self.TERMS.tries

    def decide(self, view: CaseView) -> Plan:
        plan = Plan.waiting(len(view))
        at = self._first_approval(view)
        pays = at < Timeline.NEVER
        plan.put(pays, Move.CHARGE, at[pays])
        asks = ~pays & self._is_worth_asking(view)
        plan.put(asks, Move.ASK, np.maximum(view.messaged_at[asks] + Timeline.DAY, view.now[asks] + 1))
        return plan

    def _first_approval(self, view: CaseView) -> Ints:
        """Return the first slot after now and up to the deadline in which a charge is approved, or NEVER."""
        found = np.full(len(view), Timeline.NEVER, dtype=np.int64)
        rows = np.flatnonzero(self._could_pay(view))
        hours = np.arange(1, Timeline.DAY + 1)
        is_fresh, is_authenticated = view.card_added_at > view.opened_at, view.authenticated_at <= view.now
        start = view.now.copy()
        while len(rows):
            at = start[rows][:, None] + hours
            is_within = at <= view.deadline_at[rows][:, None]
            shape = at.shape
            answer = self.world.answer(
                np.broadcast_to(view.case[rows][:, None], shape),
                np.minimum(at, view.deadline_at[rows][:, None]),
                is_fresh=np.broadcast_to(is_fresh[rows][:, None], shape),
                is_authenticated=np.broadcast_to(is_authenticated[rows][:, None], shape),
            )
            pays = (answer == Answer.APPROVED) & is_within
            hit = pays.any(axis=1)
            found[rows[hit]] = at[hit, pays[hit].argmax(axis=1)]
            start[rows] += Timeline.DAY
            rows = rows[~hit & (start[rows] < view.deadline_at[rows])]
        return found

    def _could_pay(self, view: CaseView) -> Flags:
        kind = self.world.cases.ailment[view.case]
        is_stuck = (kind == Ailment.EXPIRED) | (kind == Ailment.DEAD)
        is_waiting = (kind == Ailment.UNAUTHENTICATED) & (view.authenticated_at > view.now)
        return (~is_stuck | (view.card_added_at > view.opened_at)) & ~is_waiting

    def _is_worth_asking(self, view: CaseView) -> Flags:
        is_fresh = view.card_added_at > view.opened_at
        is_authenticated = view.authenticated_at < Timeline.NEVER
        bears = view.messages + 1 <= self.world.tempers.tolerance[view.case]
        return bears & ~is_fresh & ~is_authenticated & (view.messages < Tempers.MOST_MESSAGES)
