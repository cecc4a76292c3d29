from dataclasses import dataclass
from typing import ClassVar, final

from duro.simulator.answer import Answer
from duro.simulator.replay.past import PastCase
from duro.simulator.timeline import Timeline


@final
@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of the answer to a charge that was never made, from those that were.

    Known is the answer within an hour of a real try of the same card; a refusal between two real tries that were
    refused alike less than a day apart; and the refusal of a card that was dead or expired, as long as it is that card.
    Of everything else nothing is known.
    """

    NEAR: ClassVar[int] = Timeline.HOUR
    APART: ClassVar[int] = Timeline.DAY
    FOR_GOOD: ClassVar[frozenset[Answer]] = frozenset({Answer.HARD_DECLINE, Answer.EXPIRED_CARD})

    case: PastCase

    def answer(self, at: int, *, card_added_at: int) -> Answer | None:
        """Return the answer to a charge in a slot, or None where nobody can know it."""
        tries = [one for one in self.case.tries if one.card_added_at == card_added_at]
        near = min(tries, key=lambda one: abs(one.at - at), default=None)
        if near is not None and abs(near.at - at) <= self.NEAR:
            return near.answer
        before = next((one for one in reversed(tries) if one.at <= at), None)
        if before is None:
            return None
        if before.answer in self.FOR_GOOD:
            return before.answer
        after = next((one for one in tries if one.at > at), None)
        is_between = after is not None and after.answer is before.answer and after.at - before.at < self.APART
        return before.answer if is_between and before.answer is not Answer.APPROVED else None

    def likely_refusal(self, at: int) -> Answer:
        """Return what the last real try before a slot was refused for: what an unknown answer is taken for at worst."""
        refused = [one for one in self.case.tries if one.answer is not Answer.APPROVED and one.at <= at]
        return refused[-1].answer if refused else self.case.tries[0].answer

    def next_card(self, now: int) -> int | None:
        """Return when the payer brought another card, if that is yet to come."""
        return min((one.card_added_at for one in self.case.tries if one.card_added_at > now), default=None)
