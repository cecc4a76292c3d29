from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import final

from whenever import Instant

from duro.billing.discount import Discount
from duro.billing.pending_line import PendingLine
from duro.billing.price import Price
from duro.billing.share import Share
from duro.billing.tax_rate import TaxedAmount, TaxRate
from duro.kernel import Fault, InvalidInputError, Money, Period


class ProrationBehavior(StrEnum):
    """What becomes of the difference when terms change within a period."""

    PRORATE = "prorate"
    INVOICE_NOW = "invoice_now"
    NONE = "none"


class CycleAnchor(StrEnum):
    """Whether a change leaves the days on which a subscription bills alone, or lays its cycle anew from now."""

    UNCHANGED = "unchanged"
    NOW = "now"


class ProrationKind(StrEnum):
    """Which way the difference goes."""

    CHARGE = "charge"
    CREDIT = "credit"
    NONE = "none"


@final
@dataclass(frozen=True, slots=True)
class ProratedChange:
    """What a change of price is worth: a credit for the time left on the old one, a charge for it on the new one."""

    credit: Money
    charge: Money

    @property
    def net(self) -> Money:
        return self.charge - self.credit

    @property
    def kind(self) -> ProrationKind:
        if self.net.is_zero:
            return ProrationKind.NONE
        return ProrationKind.CHARGE if self.net.amount > 0 else ProrationKind.CREDIT

    @property
    def amount(self) -> Money:
        """The difference, whichever way it goes."""
        return -self.net if self.kind is ProrationKind.CREDIT else self.net

    def returning(self, at_most: Money | None, *, is_anew: bool) -> "ProratedChange":
        """Give back no more than that, if a limit is given.

        Within a period it is the difference that is given back; for a new one it is all that the old one is credited.
        """
        if at_most is None:
            return self
        return replace(self, credit=min(self.credit, at_most if is_anew else self.charge + at_most))

    def lines(self, *, old_name: str, new_name: str) -> tuple[PendingLine, ...]:
        """Write it down, credit first; what is nothing has no line."""
        credit = PendingLine(f"Unused time on {old_name}", -self.credit)
        charge = PendingLine(f"Remaining time on {new_name}", self.charge)
        return tuple(line for line in (credit, charge) if not line.amount.is_zero)

    def taxed(self, rate: TaxRate) -> TaxedAmount:
        """Tax the difference once, rather than each line."""
        return rate.on(self.net)


@final
@dataclass(frozen=True, slots=True)
class Proration:
    """What is left of a period that was paid in advance; each amount made from it is rounded half-up once."""

    remaining: Share

    @classmethod
    def at(cls, period: Period, at: Instant) -> "Proration":
        """Measure by exact time what is left of the period: all of it before it starts, nothing once it is over."""
        left = period.end.timestamp(unit="microsecond") - at.timestamp(unit="microsecond")
        length = period.end.timestamp(unit="microsecond") - period.start.timestamp(unit="microsecond")
        return cls(Share(Fraction(min(max(left, 0), length), length)))

    @classmethod
    def by_months(cls, *, months: int, used: int) -> "Proration":
        """Count whole months instead of time: a year left after three of its months has nine twelfths left."""
        if not 0 <= used <= months or not months:
            raise InvalidInputError([Fault("used", "must be from 0 to the months of the period")])
        return cls(Share(Fraction(months - used, months)))

    def credit(self, price: Money) -> Money:
        """Return what the time left is worth at the price of the whole period."""
        return self.remaining.of(price)

    def change_plan(
        self,
        *,
        old: Price,
        new: Price,
        anchor: CycleAnchor = CycleAnchor.UNCHANGED,
        old_discount: Discount | None = None,
        new_discount: Discount | None = None,
        new_share: Share = Share.WHOLE,
    ) -> ProratedChange:
        """Change the price for the time left.

        A change of cadence, or an anchor of now, begins a new period: the charge is then for all of that (or the
        share of it that comes before a billing day). A discount comes off its price of a whole period before a share
        is taken.
        """
        is_anew = anchor is CycleAnchor.NOW or old.cadence != new.cadence
        return ProratedChange(
            credit=self.remaining.of(self._net(old.amount, old_discount)),
            charge=(new_share if is_anew else self.remaining).of(self._net(new.amount, new_discount)),
        )

    @staticmethod
    def _net(price: Money, discount: Discount | None) -> Money:
        return price if discount is None else price - discount.off(price)
