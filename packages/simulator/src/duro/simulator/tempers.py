from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from duro.simulator.arrays import Flags, Floats, Ints
from duro.simulator.draws import Draws
from duro.simulator.timeline import Timeline


@final
@dataclass(frozen=True, slots=True)
class Appeal:
    """How one kind of request is answered: latent luck per case and message, and how long an answer takes, in slots."""

    odds: float
    luck: Floats
    delay: Ints

    def answered_at(self, case: Ints, nth: Ints, sent_at: Ints, keeps: Floats) -> Ints:
        """Return when the nth message of each case is answered, or NEVER. `keeps` is what is left of the odds."""
        is_answered = self.luck[case, nth] < self.odds * keeps
        return np.where(is_answered, sent_at + self.delay[case, nth], Timeline.NEVER)


@final
@dataclass(frozen=True, slots=True)
class Tempers:
    """How each case's payer takes messages: what they answer, and how much they bear before they cancel.

    The odds of an answer fall with every message and with every day since the first failure.
    """

    MOST_MESSAGES: ClassVar[int] = 6

    repair: Appeal
    push: Appeal
    mandate: Appeal
    tolerance: Floats
    weight_of_try: float
    kept_per_message: float
    kept_per_day: float
    patience: int
    can_push: Flags
    can_mandate: Flags

    @classmethod
    def draw(cls, payer: Ints, *, payers: int, draws: Draws, stream: np.random.Generator) -> "Tempers":
        shape = (len(payer), cls.MOST_MESSAGES)

        def appeal(odds: str) -> Appeal:
            hours = stream.lognormal(np.log(draws.slots("answer_hours")), 0.8, size=shape)
            return Appeal(draws[odds], stream.random(shape), hours.astype(np.int64) + 1)

        return cls(
            repair=appeal("answers"),
            push=appeal("push_answers"),
            mandate=appeal("mandate_answers"),
            tolerance=stream.exponential(1.0 / draws["annoyance"], size=len(payer)),
            weight_of_try=draws["annoyance_of_a_try"],
            kept_per_message=draws["answers_kept_per_message"],
            kept_per_day=draws["answers_kept_per_day"],
            patience=int(draws.slots("push_patience_hours")),
            can_push=(stream.random(payers) < draws["has_push"])[payer],
            can_mandate=(stream.random(payers) < draws["has_mandate"])[payer],
        )

    def keeps(self, nth: Ints, waited: Ints) -> Floats:
        """Return what is left of the odds at the nth message, from 0 on, so many slots after the first failure."""
        return self.kept_per_message**nth * self.kept_per_day ** (waited / Timeline.DAY)
