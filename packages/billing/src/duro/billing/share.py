from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, final

from duro.kernel import Money


@final
@dataclass(frozen=True, slots=True, order=True)
class Share:
    """How many whole periods something covers, as an exact fraction: nothing, a part of one, or several."""

    NOTHING: ClassVar["Share"]
    WHOLE: ClassVar["Share"]

    periods: Fraction

    def __post_init__(self) -> None:
        if self.periods < 0:
            message = f"A share is never negative: {self.periods}."
            raise ValueError(message)

    @property
    def is_whole(self) -> bool:
        """Say whether it is exactly one period."""
        return self.periods == 1

    def of(self, price: Money) -> Money:
        """Return its part of what one period costs, rounded half-up once; a negative price mirrors a positive one."""
        parts, whole = self.periods.as_integer_ratio()
        size = (2 * abs(price.amount) * parts + whole) // (2 * whole)
        return Money(-size if price.amount < 0 else size, price.currency)

    def rounded(self, places: int) -> Decimal:
        """Return it as a decimal with that many places, rounded half-up."""
        parts, whole = self.periods.as_integer_ratio()
        return Decimal((2 * 10**places * parts + whole) // (2 * whole)).scaleb(-places)

    def __str__(self) -> str:
        return str(self.periods)


Share.NOTHING = Share(Fraction(0))
Share.WHOLE = Share(Fraction(1))
