from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, final

import numpy as np

from duro.simulator.ailments import Ailment
from duro.simulator.answer import Way
from duro.simulator.arrays import Flags, Ints
from duro.simulator.docket import Docket
from duro.simulator.tempers import Tempers
from duro.simulator.timeline import Timeline
from duro.simulator.world import World


class Rails(StrEnum):
    """Who may be paid otherwise than by card: nobody, everybody in every message, or whoever asks for it."""

    NONE = "none"
    ALL = "all"
    AS_ASKED = "as_asked"


@final
@dataclass(frozen=True, slots=True)
class Post:
    """Messages to payers about a case, at most one a day and six in all, and what payers will do about each.

    Every message asks for what would repair the card, if anything would; with rails for all it also asks for a push.
    """

    GAP: ClassVar[int] = Timeline.DAY

    world: World
    docket: Docket
    rails: Rails

    def send(self, rows: Ints, at: Ints, *, way: Ints) -> None:
        docket, tempers = self.docket, self.world.tempers
        may = (docket.messages[rows] < Tempers.MOST_MESSAGES) & (at - docket.messaged_at[rows] >= self.GAP)
        rows, at, way = rows[may], at[may], way[may]
        nth = docket.messages[rows].copy()
        docket.messages[rows] += 1
        docket.messaged_at[rows] = at
        docket.annoyance[rows] += 1.0
        keeps = tempers.keeps(nth, at - self.world.cases.opened_at[rows])
        repaired = np.where(self._wants_repair(rows), tempers.repair.answered_at(rows, nth, at, keeps), Timeline.NEVER)
        docket.repaired_at[rows] = np.minimum(docket.repaired_at[rows], repaired)
        if self.rails is not Rails.NONE:
            self._ask_for_push(rows, way, tempers.push.answered_at(rows, nth, at, keeps))
            approved = tempers.mandate.answered_at(rows, nth, at, keeps)
            asked = (way == Way.MANDATE) & tempers.can_mandate[rows] & (docket.mandate_at[rows] == Timeline.NEVER)
            approved = np.where(asked, approved, Timeline.NEVER)
            docket.approved_at[rows] = np.minimum(docket.approved_at[rows], approved)

    def _wants_repair(self, rows: Ints) -> Flags:
        """Say whose card won't work again by itself and hasn't been repaired."""
        cases = self.world.cases
        kind = cases.ailment[rows]
        is_stuck = (kind == Ailment.BLOCKED) & (cases.blocked_until[rows] == Timeline.NEVER)
        is_stuck |= (kind == Ailment.EXPIRED) | (kind == Ailment.DEAD) | (kind == Ailment.UNAUTHENTICATED)
        is_repaired = self.docket.is_fresh(rows, cases.opened_at[rows])
        return is_stuck & ~is_repaired & (self.docket.authenticated_at[rows] == Timeline.NEVER)

    def _ask_for_push(self, rows: Ints, way: Ints, answered_at: Ints) -> None:
        tempers = self.world.tempers
        asked = tempers.can_push[rows] & ((way == Way.PUSH) | (self.rails is Rails.ALL))
        answered = np.flatnonzero(asked & (answered_at < Timeline.NEVER))
        chosen = rows[answered]
        paid_at = self._finds_money(chosen, answered_at[answered])
        self.docket.pushed_at[chosen] = np.minimum(self.docket.pushed_at[chosen], paid_at)

    def _finds_money(self, rows: Ints, answered_at: Ints) -> Ints:
        """Return the first slot with money within the payers' patience, or NEVER."""
        last = self.world.timeline.slots - 1
        slots = np.minimum(answered_at[:, None] + np.arange(self.world.tempers.patience + 1), last)
        has_money = self.world.has_money(np.broadcast_to(rows[:, None], slots.shape), slots)
        first = slots[np.arange(len(rows)), has_money.argmax(axis=1)]
        return np.where(has_money.any(axis=1), first, Timeline.NEVER)
