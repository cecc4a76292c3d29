from dataclasses import dataclass, field
from typing import Final, final

import numpy as np

from duro.simulator.ailments import Ailment
from duro.simulator.answer import Answer, Way
from duro.simulator.arrays import Floats, Ints
from duro.simulator.case_view import CaseView
from duro.simulator.ceilings import Ceilings
from duro.simulator.docket import Docket
from duro.simulator.outcome import Outcome
from duro.simulator.plan import Move
from duro.simulator.policy import Policy
from duro.simulator.post import Post, Rails
from duro.simulator.sightings import Sightings
from duro.simulator.timeline import Timeline
from duro.simulator.world import World

_MOST_ROUNDS: Final = 60
_MOST_DAYS: Final = 60


@final
@dataclass(frozen=True, slots=True)
class Season:
    """One policy at work on every case of one world, month by month.

    In each round the policy decides about all open cases of a month; then for each the first of its move and what the
    payer does by themselves happens. A case that is open at its deadline is lost.
    """

    world: World
    policy: Policy
    rails: Rails
    window_days: int
    docket: Docket
    sightings: Sightings
    left_at: Ints
    ceilings: Ceilings = field(default_factory=Ceilings)

    @classmethod
    def prepare(cls, world: World, policy: Policy, *, rails: Rails, window_days: int) -> "Season":
        """Set a policy to work on cases that end so many days after they opened, at most 60."""
        if not 1 <= window_days <= _MOST_DAYS:
            message = f"A case stays open from 1 to {_MOST_DAYS} days."
            raise ValueError(message)
        return cls(
            world=world,
            policy=policy,
            rails=rails,
            window_days=window_days,
            docket=Docket.open(world.cases, window_days),
            sightings=Sightings.none_yet(world.payers),
            left_at=np.full(world.payers, Timeline.NEVER, dtype=np.int64),
        )

    def play(self) -> Outcome:
        for month in range(self.world.timeline.months):
            self.sightings.note_paid(self.world.paid, month)
            rows = self._open(month)
            for _ in range(_MOST_ROUNDS):
                if not len(rows):
                    break
                rows = self._round(rows)
            self._lose(rows, self.docket.deadline_at[rows])
        return Outcome.of(self.world, self.docket, self.window_days)

    def _open(self, month: int) -> Ints:
        """Open a month's cases; those whose payer has left are lost at once, and nobody is told of them."""
        cases = self.world.cases
        rows = cases.of_month(month)
        opened_at = cases.opened_at[rows]
        has_left = self.left_at[cases.payer[rows]] <= opened_at
        self._lose(rows[has_left], opened_at[has_left])
        rows, opened_at = rows[~has_left], opened_at[~has_left]
        self.sightings.note_answers(cases.payer[rows], opened_at, cases.first_answer[rows])
        self._post.send(rows, opened_at, way=np.full(len(rows), Way.CARD, dtype=np.int64))
        return self._still_open(self._cancel(rows, opened_at))

    def _round(self, rows: Ints) -> Ints:
        docket = self.docket
        plan = self.policy.decide(self._view(rows))
        at = np.where(plan.move == Move.WAIT, Timeline.NEVER, np.maximum(plan.at, docket.now[rows] + 1))
        has_tries = docket.tries[rows] < Docket.MOST_TRIES
        at = np.where((plan.move == Move.CHARGE) & ~has_tries, Timeline.NEVER, at)
        doing = np.minimum(np.minimum(docket.repaired_at[rows], docket.pushed_at[rows]), docket.approved_at[rows])
        next_at = np.minimum(at, doing)
        left_at = self.left_at[self.world.cases.payer[rows]]
        ends_at = np.minimum(docket.deadline_at[rows], left_at)
        is_over = next_at > ends_at
        self._lose(rows[is_over], ends_at[is_over])
        docket.now[rows] = np.where(is_over, docket.now[rows], next_at)
        is_payers = ~is_over & (doing <= at)
        self._let_payers(rows[is_payers])
        charged, asked = (~is_over & ~is_payers & (plan.move == move) for move in (Move.CHARGE, Move.ASK))
        self._charge(rows[charged], at[charged], plan.way[charged], plan.expected[charged])
        self._ask(rows[asked], at[asked], plan.way[asked])
        return self._still_open(rows)

    def _view(self, rows: Ints) -> CaseView:
        cases, docket = self.world.cases, self.docket
        pushes = self.world.tempers.can_push[rows] & (self.rails is not Rails.NONE)
        seen = self.sightings.until(cases.payer[rows], docket.now[rows])
        return docket.view(cases, rows, can_push=pushes, seen=seen)

    @property
    def _post(self) -> Post:
        return Post(self.world, self.docket, self.rails)

    def _let_payers(self, rows: Ints) -> None:
        """Let money arrive that was pushed, cards be replaced, cases be authenticated, mandates be approved."""
        docket, now = self.docket, self.docket.now[rows]
        is_push = docket.pushed_at[rows] == now
        self._win(rows[is_push], now[is_push])
        rows, now = rows[~is_push], now[~is_push]
        is_mandate = docket.approved_at[rows] == now
        docket.mandate_at[rows[is_mandate]] = now[is_mandate]
        docket.approved_at[rows[is_mandate]] = Timeline.NEVER
        rows, now = rows[~is_mandate], now[~is_mandate]
        docket.repaired_at[rows] = Timeline.NEVER
        is_auth = self.world.cases.ailment[rows] == Ailment.UNAUTHENTICATED
        docket.card_added_at[rows[~is_auth]] = now[~is_auth]
        docket.authenticated_at[rows[is_auth]] = now[is_auth]
        rows, now = rows[is_auth], now[is_auth]
        answer = self._answer(rows, now)
        room = docket.tries[rows] < Docket.MOST_TRIES
        docket.add_try(rows[room], now[room], answer[room], Way.CARD)
        self.sightings.note_answers(self.world.cases.payer[rows], now, answer)
        won = answer == Answer.APPROVED
        self._win(rows[won], now[won])

    def _charge(self, rows: Ints, at: Ints, way: Ints, expected: Floats) -> None:
        """Charge the card or the mandate; a decline is told to the payer."""
        docket, cases = self.docket, self.world.cases
        is_card = way == Way.CARD
        self.ceilings.count(docket, rows[is_card], at[is_card], cases.network[rows[is_card]])
        answer = np.where(is_card, self._answer(rows, at), self._answer_of_mandate(rows, at))
        docket.add_try(rows, at, answer, way, expected=expected)
        self.sightings.note_answers(cases.payer[rows], at, answer)
        won = answer == Answer.APPROVED
        self._win(rows[won], at[won])
        rows, at = rows[~won], at[~won]
        docket.annoyance[rows] += self.world.tempers.weight_of_try
        self._post.send(rows, at, way=np.full(len(rows), Way.CARD, dtype=np.int64))
        self._cancel(rows, at)

    def _ask(self, rows: Ints, at: Ints, way: Ints) -> None:
        """Send a message; a request to push money stands among the tries, so that it can be seen that it was made."""
        is_push = (way == Way.PUSH) & (self.docket.tries[rows] < Docket.MOST_TRIES)
        self.docket.add_try(rows[is_push], at[is_push], Answer.NOTHING, Way.PUSH)
        self._post.send(rows, at, way=way)
        self._cancel(rows, at)

    def _answer(self, rows: Ints, at: Ints) -> Ints:
        docket = self.docket
        return self.world.answer(
            rows,
            at,
            is_fresh=docket.is_fresh(rows, self.world.cases.opened_at[rows]),
            is_authenticated=docket.authenticated_at[rows] <= at,
        )

    def _answer_of_mandate(self, rows: Ints, at: Ints) -> Ints:
        ready_at = self.docket.mandate_at[rows] + self.world.mandate_lag[self.world.cases.payer[rows]]
        charged = np.where(self.world.has_money(rows, at), Answer.APPROVED, Answer.INSUFFICIENT_FUNDS)
        return np.where(at >= ready_at, charged, Answer.DO_NOT_HONOR).astype(np.int64)

    def _cancel(self, rows: Ints, at: Ints) -> Ints:
        """Let payers who bear no more of a case leave, for good."""
        docket = self.docket
        leaves = docket.annoyance[rows] > self.world.tempers.tolerance[rows]
        gone, gone_at = rows[leaves], at[leaves]
        docket.is_canceled[gone] = True
        np.minimum.at(self.left_at, self.world.cases.payer[gone], gone_at)
        self._lose(gone, gone_at)
        return rows

    def _win(self, rows: Ints, at: Ints) -> None:
        self.docket.recovered_at[rows] = at
        self.docket.ended_at[rows] = at

    def _lose(self, rows: Ints, at: Ints) -> None:
        self.docket.ended_at[rows] = at

    def _still_open(self, rows: Ints) -> Ints:
        return rows[self.docket.ended_at[rows] == Timeline.NEVER]
