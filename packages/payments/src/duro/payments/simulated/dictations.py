from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, final

from duro.payments.charges import Declined
from duro.payments.simulated.cards import SimulatedCard
from duro.payments.simulated.shelf import ShelfMark

_MOST: Final = 1_000


@final
@dataclass(frozen=True, slots=True)
class DictationEntry:
    """What one card was told to answer, in order, and the references that the first of these answers went to.

    None is an approval.
    """

    token: str = field(repr=False)
    answers: tuple[Declined | None, ...] = ()
    given: tuple[str, ...] = ()

    @classmethod
    def nothing_for(cls, token: str) -> "DictationEntry":
        """Return an empty dictation; raise ValueError for a card that doesn't do as it is told."""
        card = SimulatedCard.of_token(token)
        if card is None or not card.is_told:
            message = "Only the cards whose behaviour is `as told` take answers."
            raise ValueError(message)
        return cls(token)

    @property
    def mark(self) -> ShelfMark:
        return ShelfMark(self.token)

    @property
    def waiting(self) -> int:
        """How many answers nobody has been given yet."""
        return len(self.answers) - len(self.given)

    def told(self, answers: Sequence[Declined | None]) -> "DictationEntry":
        """Let these be the next answers, instead of those that nobody has been given yet."""
        kept = self.answers[: len(self.given)]
        if len(kept) + len(answers) > _MOST:
            message = f"A card is told at most {_MOST} answers."
            raise ValueError(message)
        return replace(self, answers=(*kept, *answers))

    def asked(self, reference: str) -> "DictationEntry":
        """Give a reference its answer, once; past the last answer nothing is given."""
        if reference in self.given or not self.waiting:
            return self
        return replace(self, given=(*self.given, reference))

    def answer_to(self, reference: str) -> Declined | None:
        """Return what a reference was given: a refusal, or None for an approval."""
        return self.answers[self.given.index(reference)] if reference in self.given else None
