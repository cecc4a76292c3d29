from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from duro.payments.charges import Declined
from duro.payments.simulated.dictations import DictationEntry
from duro.payments.simulated.wire_types import WireName


class DeclineBody(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A refusal that a card is told to answer with."""

    code: WireName
    message: WireName = "Declined"
    advice: WireName | None = None

    @property
    def decline(self) -> Declined:
        return Declined(self.code, self.message, self.advice)


AnswerBody: TypeAlias = Literal["approve"] | DeclineBody


class DictationBody(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What a card is told to answer next, in order."""

    token: WireName
    answers: Annotated[tuple[AnswerBody, ...], Meta(max_length=100)]

    @property
    def declines(self) -> tuple[Declined | None, ...]:
        """The answers, None an approval."""
        return tuple(answer.decline if isinstance(answer, DeclineBody) else None for answer in self.answers)


class DictationReply(Struct, frozen=True, kw_only=True, rename="camel"):
    """How many answers a card has yet to give."""

    waiting: int

    @classmethod
    def of(cls, entry: DictationEntry) -> "DictationReply":
        return cls(waiting=entry.waiting)
