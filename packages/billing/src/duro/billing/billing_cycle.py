from dataclasses import dataclass
from fractions import Fraction
from typing import Final, final

from whenever import Instant, TimeDelta

from duro.billing.billing_calendar import BillingCalendar
from duro.billing.boundary_grid import BoundaryGrid, HourGrid, LocalGrid
from duro.billing.horizon import Horizon
from duro.billing.interval import Cadence
from duro.billing.share import Share
from duro.billing.zone import Zone
from duro.kernel import Period

_RULE_CHANGE: Final = TimeDelta(hours=3)


@final
@dataclass(frozen=True, slots=True)
class BillingCycle:
    """The grid of instants at which something bills: it starts at an anchor and steps by a cadence in a time zone.

    The periods between neighbouring boundaries tile time: none is empty, none overlap, none is missing. Every method
    raises OutsideHorizonError for a boundary outside the years 2000 to 2200.
    """

    anchor: Instant
    zone: str
    cadence: Cadence
    day_of_month: int | None = None

    def __post_init__(self) -> None:
        Zone(self.zone)

    @classmethod
    def starting(cls, at: Instant, zone: str, cadence: Cadence, day_of_month: int | None) -> "BillingCycle":
        """Lay a grid from an instant on; with a day of the month (1-31), from the first such day on or after it.

        The day comes in the month of the instant or a cadence later, at the same time on the wall, clamped to the last
        day a month has. Cadences that aren't counted in months have no use for it.
        """
        if day_of_month is None or not cadence.months:
            return cls(at, zone, cadence)
        local = Zone(zone).local(at)
        day = BillingCalendar(local.date(), cadence, day_of_month).date_on_or_after(local.date())
        anchor = at if day == local.date() else Zone(zone).instant(day.at(local.time()))
        return cls(Horizon.admit(anchor), zone, cadence, day_of_month)

    @property
    def billing_day(self) -> int:
        """The day of the month, in the zone, on which it bills: the one it was given, or that of its anchor."""
        return self.day_of_month or Zone(self.zone).local(self.anchor).day

    def boundary(self, number: int) -> Instant:
        """Return the boundary that many periods after the anchor (before it, when negative)."""
        return Horizon.admit(self._grid().instant(number))

    def next_boundary_after(self, at: Instant) -> Instant:
        """Return the first boundary that is strictly after the instant."""
        grid = self._grid()
        return Horizon.admit(grid.instant(self._number_at(grid, at) + 1))

    def boundary_on_or_after(self, at: Instant) -> Instant:
        """Return the instant if it is a boundary, else the next boundary."""
        grid = self._grid()
        number = self._number_at(grid, at)
        boundary = grid.instant(number)
        return Horizon.admit(boundary if boundary == at else grid.instant(number + 1))

    def previous_boundary_before(self, at: Instant) -> Instant:
        """Return the last boundary that is strictly before the instant."""
        grid = self._grid()
        number = self._number_at(grid, at)
        boundary = grid.instant(number)
        return Horizon.admit(boundary if boundary < at else grid.instant(number - 1))

    def boundary_on_or_before(self, at: Instant) -> Instant:
        """Return the instant if it is a boundary, else the previous boundary."""
        grid = self._grid()
        return Horizon.admit(grid.instant(self._number_at(grid, at)))

    def period_containing(self, at: Instant) -> Period:
        """Return the period [start, end) in which the instant lies."""
        grid = self._grid()
        number = self._number_at(grid, at)
        return Period(Horizon.admit(grid.instant(number)), Horizon.admit(grid.instant(number + 1)))

    def period_starting_at(self, boundary: Instant) -> Period:
        """Return the period that starts at a stored boundary.

        A stored boundary may lie up to three hours before its place on the grid when the zone's rules have changed
        since it was stored: the period then ends at the boundary after that place, never a sliver later.
        """
        grid = self._grid()
        number = self._number_at(grid, boundary)
        start, end = grid.instant(number), grid.instant(number + 1)
        gap = end - boundary
        has_moved = start != boundary and gap <= _RULE_CHANGE and gap < boundary - start
        return Period(Horizon.admit(boundary), Horizon.admit(grid.instant(number + 2) if has_moved else end))

    def periods_between(self, start: Instant, end: Instant) -> int:
        """Count the boundaries after the start, up to and including the end."""
        grid = self._grid()
        return self._number_at(grid, end) - self._number_at(grid, start)

    def share(self, start: Instant, end: Instant) -> Share:
        """Return how many periods lie between two instants, each stretch of time as part of its own period."""
        grid = self._grid()
        return Share(self._position(grid, end) - self._position(grid, start))

    def _grid(self) -> BoundaryGrid:
        if self.cadence.hours:
            return HourGrid(self.anchor, self.cadence.hours)
        return LocalGrid.anchored(self.anchor, Zone(self.zone), self.cadence, self.day_of_month)

    @classmethod
    def _position(cls, grid: BoundaryGrid, at: Instant) -> Fraction:
        number = cls._number_at(grid, at)
        start, end, here = (
            instant.timestamp(unit="microsecond") for instant in (grid.instant(number), grid.instant(number + 1), at)
        )
        return number + Fraction(here - start, end - start)

    @staticmethod
    def _number_at(grid: BoundaryGrid, at: Instant) -> int:
        """Return the number of the last boundary not after the instant: a guess, corrected by a step or two."""
        number = grid.guess(at)
        while grid.instant(number) > at:
            number -= 1
        while grid.instant(number + 1) <= at:
            number += 1
        return number
