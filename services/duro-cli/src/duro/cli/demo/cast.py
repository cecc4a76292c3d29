from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final, final

from duro.payments.simulated import SimulatedCard

_GIVEN: Final = (
    *("Adaeze", "Bola", "Chidi", "Damilola", "Ebuka", "Funke", "Gbenga", "Halima", "Ifeoma", "Jide", "Kelechi"),
    *("Lanre", "Maryam", "Ngozi", "Obinna", "Patience", "Rotimi", "Sade", "Tunde", "Uche", "Yusuf", "Zainab", "Wale"),
)
_FAMILY: Final = (
    *("Adeyemi", "Bello", "Chukwu", "Danjuma", "Eze", "Fashola", "Garba", "Ibrahim", "Johnson", "Kalu", "Lawal"),
    *("Musa", "Nwosu", "Okafor", "Peters", "Sani", "Taiwo", "Umar", "Williams"),
)
_GOOD_CARDS: Final = (SimulatedCard.APPROVE, SimulatedCard.APPROVE_MASTERCARD, SimulatedCard.APPROVE_VERVE)
_EMPTY_CARDS: Final = (
    *(SimulatedCard.INSUFFICIENT_FUNDS, SimulatedCard.INSUFFICIENT_FUNDS_VERVE),
    *(SimulatedCard.DO_NOT_HONOR, SimulatedCard.EXPIRED_CARD),
)


class DemoPlan(Enum):
    """What the demo merchant sells: everything by the hour, so that something renews all the time."""

    HOTSPOT = ("Hotspot, by the hour", 20_000, None)
    COLD_ROOM = ("Cold room, by the hour", 150_000, None)
    GENERATOR = ("Generator share, by the hour", 500_000, None)
    TASTER = ("Hotspot, two hours only", 35_000, 2)

    def __init__(self, title: str, minor_units: int, max_cycles: int | None) -> None:
        self.title = title
        self.minor_units = minor_units
        self.max_cycles = max_cycles


class DemoTurn(Enum):
    """What is special about a demo subscription's next boundary."""

    RENEWS = "renews"
    TRIAL_ENDS = "trial_ends"
    IS_LEAVING = "is_leaving"


@final
@dataclass(frozen=True, slots=True)
class DemoRole:
    """One customer of the demo merchant with one subscription, due so many seconds after the start."""

    name: str
    plan: DemoPlan
    card: SimulatedCard
    due_seconds: int
    turn: DemoTurn = DemoTurn.RENEWS
    number: int = 0

    @property
    def email(self) -> str:
        return f"{self.name.lower().replace(' ', '.')}@example.com"

    @property
    def phone(self) -> str:
        """A number that nobody can have: no subscriber's begins with a zero."""
        return f"+234000{self.number:07}"

    @property
    def has_whatsapp_consent(self) -> bool:
        return self.number % 2 == 0


@final
class DemoCast:
    """Who plays in the demo.

    Good payers fall due every fifteen seconds around the hour, so that the hour repeats itself; what happens to a
    customer only once (a decline, a trial's end, a farewell) begins at once and is spread over many hours.
    """

    @classmethod
    def all(cls) -> tuple[DemoRole, ...]:
        return tuple(
            DemoRole(name=cls._name(number), plan=plan, card=card, due_seconds=due, turn=turn, number=number)
            for number, (plan, card, due, turn) in enumerate(cls._parts())
        )

    @classmethod
    def _parts(cls) -> Iterator[tuple[DemoPlan, SimulatedCard, int, DemoTurn]]:
        sold = (DemoPlan.HOTSPOT, DemoPlan.COLD_ROOM, DemoPlan.HOTSPOT, DemoPlan.GENERATOR)
        for number, due in enumerate(range(3, 3_600, 15)):
            yield sold[number % len(sold)], _GOOD_CARDS[number % len(_GOOD_CARDS)], due, DemoTurn.RENEWS
        for number, due in enumerate((8, 24, 47, *range(300, 86_400, 900))):
            card = _EMPTY_CARDS[number % len(_EMPTY_CARDS)]
            yield sold[number % len(sold)], card, due, DemoTurn.RENEWS
        for due in (5, 1_200, 2_400):
            yield DemoPlan.HOTSPOT, SimulatedCard.TIMEOUT_AFTER, due, DemoTurn.RENEWS
        yield DemoPlan.COLD_ROOM, SimulatedCard.TIMEOUT_BEFORE, 600, DemoTurn.RENEWS
        yield DemoPlan.COLD_ROOM, SimulatedCard.SLOW, 20, DemoTurn.RENEWS
        yield DemoPlan.GENERATOR, SimulatedCard.ERROR_AFTER, 1_800, DemoTurn.RENEWS
        for number, due in enumerate((15, *range(1_500, 43_200, 3_000))):
            card = SimulatedCard.INSUFFICIENT_FUNDS if number % 4 == 3 else _GOOD_CARDS[number % len(_GOOD_CARDS)]
            yield DemoPlan.HOTSPOT, card, due, DemoTurn.TRIAL_ENDS
        for due in (32, *range(2_100, 43_200, 4_200)):
            yield DemoPlan.GENERATOR, SimulatedCard.APPROVE, due, DemoTurn.IS_LEAVING
        for due in (40, 3_000, 9_000, 18_000):
            yield DemoPlan.TASTER, SimulatedCard.APPROVE_VERVE, due, DemoTurn.RENEWS

    @staticmethod
    def _name(number: int) -> str:
        given, family = _GIVEN[number % len(_GIVEN)], _FAMILY[number % len(_FAMILY)]
        again = number // (len(_GIVEN) * len(_FAMILY))
        return f"{given} {family}" if not again else f"{given} {family} {again + 1}"
