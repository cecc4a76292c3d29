from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, final

import numpy as np

from duro.simulator.answer import Answer, Sighting, Way
from duro.simulator.arrays import Ints
from duro.simulator.cases import Cases
from duro.simulator.docket import Docket
from duro.simulator.plan import Move
from duro.simulator.policy import Policy
from duro.simulator.post import Post
from duro.simulator.replay.knowledge import Knowledge
from duro.simulator.replay.past import Past
from duro.simulator.tempers import Tempers
from duro.simulator.timeline import Timeline

_MOST_ROUNDS: Final = 60


class Verdict(StrEnum):
    """What is known of a try that a policy would have made."""

    SUCCEEDS = "known to succeed"
    FAILS = "known to fail"
    UNKNOWN = "unknown"


@final
@dataclass(frozen=True, slots=True)
class WouldTry:
    """A try that a policy would have made of a case, and what is known of it."""

    at: int
    verdict: Verdict


@final
@dataclass(frozen=True, slots=True)
class Replayed:
    """What a policy would have tried of every case, and which cases it would have recovered, in one reading."""

    tries: tuple[tuple[WouldTry, ...], ...]
    is_recovered: tuple[bool, ...]


@final
@dataclass(frozen=True, slots=True)
class Replay:
    """One policy at work on a merchant's past, read hopefully or not: of an unknown answer either the best is taken,
    an approval, or the worst, the refusal that came last. Nothing is known of payers whom other messages had reached.
    """

    past: Past
    policy: Policy
    is_hopeful: bool
    cases: Cases
    docket: Docket
    tries: tuple[list[WouldTry], ...] = field(default=())

    @classmethod
    def prepare(cls, past: Past, policy: Policy, *, is_hopeful: bool) -> "Replay":
        cases = past.as_cases()
        docket = Docket.open(cases, policy.window_days)
        return cls(past, policy, is_hopeful, cases, docket, tuple([] for _ in past.cases))

    def play(self) -> Replayed:
        rows = np.arange(len(self.cases))
        self._tell(rows)
        for _ in range(_MOST_ROUNDS):
            if not len(rows):
                break
            rows = self._round(rows)
        return Replayed(
            tries=tuple(tuple(tries) for tries in self.tries),
            is_recovered=tuple((self.docket.recovered_at < Timeline.NEVER).tolist()),
        )

    def _round(self, rows: Ints) -> Ints:
        docket = self.docket
        nobody = np.zeros(len(rows), dtype=np.bool_)
        plan = self.policy.decide(docket.view(self.cases, rows, can_push=nobody, seen=self._seen(rows)))
        has_tries = docket.tries[rows] < Docket.MOST_TRIES
        does = (plan.move == Move.ASK) | ((plan.move == Move.CHARGE) & has_tries & (plan.way == Way.CARD))
        at = np.where(does, np.maximum(plan.at, docket.now[rows] + 1), Timeline.NEVER)
        card_at = self._next_cards(rows)
        next_at = np.minimum(at, card_at)
        goes_on = next_at <= docket.deadline_at[rows]
        docket.now[rows[goes_on]] = next_at[goes_on]
        is_card = goes_on & (card_at <= at)
        docket.card_added_at[rows[is_card]] = card_at[is_card]
        acts = goes_on & ~is_card
        self._charge(rows[acts & (plan.move == Move.CHARGE)])
        self._tell(rows[acts & (plan.move == Move.ASK)])
        return rows[goes_on & (docket.recovered_at[rows] == Timeline.NEVER)]

    def _charge(self, rows: Ints) -> None:
        docket = self.docket
        answers = np.array([self._answer(row) for row in rows.tolist()], dtype=np.int64)
        docket.add_try(rows, docket.now[rows], answers, Way.CARD)
        won = answers == Answer.APPROVED
        docket.recovered_at[rows[won]] = docket.now[rows[won]]
        self._tell(rows[~won])

    def _answer(self, row: int) -> Answer:
        """Answer a charge of a case now as is known, or as the reading takes it; write down what was known."""
        knowledge = self._knowledge(row)
        at = int(self.docket.now[row])
        known = knowledge.answer(at, card_added_at=int(self.docket.card_added_at[row]))
        if known is None:
            self.tries[row].append(WouldTry(at, Verdict.UNKNOWN))
            return Answer.APPROVED if self.is_hopeful else knowledge.likely_refusal(at)
        self.tries[row].append(WouldTry(at, Verdict.SUCCEEDS if known is Answer.APPROVED else Verdict.FAILS))
        return known

    def _knowledge(self, row: int) -> Knowledge:
        return Knowledge(self.past.cases[row])

    def _tell(self, rows: Ints) -> None:
        """Count the messages that go out: at most one a day and six for a case."""
        docket = self.docket
        may = docket.messages[rows] < Tempers.MOST_MESSAGES
        may &= docket.now[rows] - docket.messaged_at[rows] >= Post.GAP
        docket.messages[rows[may]] += 1
        docket.messaged_at[rows[may]] = docket.now[rows[may]]

    def _next_cards(self, rows: Ints) -> Ints:
        nexts = (self._knowledge(row).next_card(int(self.docket.now[row])) for row in rows.tolist())
        return np.array([Timeline.NEVER if one is None else one for one in nexts], dtype=np.int64)

    def _seen(self, rows: Ints) -> tuple[Ints, Ints]:
        """Show what other invoices and this replay's own tries had seen of each payer by now."""
        at = np.full((len(rows), Past.KEPT), Timeline.NEVER, dtype=np.int64)
        what = np.zeros((len(rows), Past.KEPT), dtype=np.int64)
        for number, row in enumerate(rows.tolist()):
            sights = self._sights(row)[-Past.KEPT :]
            at[number, : len(sights)] = [slot for slot, _ in sights]
            what[number, : len(sights)] = [sight for _, sight in sights]
        return at, what

    def _sights(self, row: int) -> Sequence[tuple[int, Sighting]]:
        docket, now = self.docket, int(self.docket.now[row])
        others = [(one.at, one.what) for one in self.past.seen_apart_from(self.past.cases[row]) if one.at <= now]
        tries = slice(1, int(docket.tries[row]))
        own = zip(docket.tried_at[row, tries].tolist(), docket.answers[row, tries].tolist(), strict=True)
        empty = [(at, Sighting.EMPTY) for at, answer in own if answer == Answer.INSUFFICIENT_FUNDS]
        return sorted([*others, *empty])
