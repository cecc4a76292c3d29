from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import ClassVar, Self, final

from duro.testkit import MailAnswer, WhatsAppAnswer


class Fault(StrEnum):
    """What is done to the post while it works."""

    WORKER_KILLED = "worker killed"
    QUEUE_FLUSHED = "queue flushed"
    CONNECTIONS_CUT = "connections to the database cut"
    WORKER_PAUSED = "worker paused beyond its leases"
    VENDORS_DOWN = "mail server and messenger down"


@final
@dataclass(frozen=True, slots=True)
class Answers:
    """How the vendors treat what they are handed, one after the other; most of it they take."""

    SURE: ClassVar[int] = 12
    MAIL: ClassVar[tuple[MailAnswer, ...]] = (*[MailAnswer.ACCEPT] * SURE, *MailAnswer)
    WHATSAPP: ClassVar[tuple[WhatsAppAnswer | int, ...]] = (
        *[WhatsAppAnswer.ACCEPT] * SURE,
        *WhatsAppAnswer,
        *(131026, 131000, 131056),
    )
    REFUSALS: ClassVar[frozenset[MailAnswer]] = frozenset(
        {MailAnswer.REFUSE_PERSON, MailAnswer.REFUSE_LETTER, MailAnswer.REFUSE_LATE}
    )
    HIDDEN: ClassVar[frozenset[MailAnswer | WhatsAppAnswer]] = frozenset(
        {
            *(MailAnswer.HANG, MailAnswer.DROP, MailAnswer.BABBLE),
            *(WhatsAppAnswer.BREAK, WhatsAppAnswer.GARBLE, WhatsAppAnswer.HANG, WhatsAppAnswer.DROP),
        }
    )

    given: Counter[object]

    @property
    def refusals(self) -> int:
        """Count the final refusals that a person can't be told past."""
        return sum(self.given[answer] for answer in self.REFUSALS)

    @property
    def hidden(self) -> int:
        """Count the answers that leave the sender without knowledge."""
        return sum(self.given[answer] for answer in self.HIDDEN)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PostForm:
    """How much is told, in waves that are each struck once while they leave, and how long it may last."""

    wave: int
    faults: tuple[Fault, ...]
    tenants: int
    workers: int
    limit_seconds: float
    timeout_seconds: int = 4
    seed: str = "post"

    @classmethod
    def full(cls) -> Self:
        return cls(wave=150, faults=tuple(Fault) * 8, tenants=20, workers=4, limit_seconds=480)

    @classmethod
    def short(cls) -> Self:
        return cls(wave=60, faults=(*Fault, Fault.WORKER_KILLED), tenants=6, workers=2, limit_seconds=150)

    @classmethod
    def asked(cls, environ: Mapping[str, str]) -> Self:
        return cls.short() if environ.get("DURO_CHAOS") == "short" else cls.full()

    @property
    def messages(self) -> int:
        return self.wave * len(self.faults)

    def random(self) -> Random:
        """Give the same dice for every run of the same form."""
        return Random(self.seed)
