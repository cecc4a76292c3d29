from dataclasses import dataclass
from typing import Final, final

from whenever import Instant, TimeDelta

from duro.db import RepositoryContexts
from duro.db.analytics import Cohort, CurrencyOverview, FailedCharges
from duro.kernel import Clock, Fault, InvalidInputError, TenantId

_USUAL: Final = TimeDelta(hours=24 * 30)
_LONGEST: Final = TimeDelta(hours=24 * 366)


@final
@dataclass(frozen=True, slots=True)
class Stretch:
    """A half-open stretch of time that is asked about."""

    since: Instant
    until: Instant


@final
@dataclass(frozen=True, slots=True)
class Failures:
    """Declined charges by code, and the cases they led to by month and reason."""

    codes: tuple[FailedCharges, ...]
    cohorts: tuple[Cohort, ...]


@final
class ReadAnalytics:
    """Answers how a business stands, from the rows themselves."""

    def __init__(self, contexts: RepositoryContexts, clock: Clock) -> None:
        self._contexts = contexts
        self._clock = clock

    def stretch(self, since: Instant | None, until: Instant | None) -> Stretch:
        """Give the stretch between two instants; without them the last 30 days. Raise InvalidInputError."""
        end = until or self._clock.now()
        begin = since or end - _USUAL
        if begin >= end:
            raise InvalidInputError([Fault("from", "must be before `to`")])
        if end - begin > _LONGEST:
            raise InvalidInputError([Fault("from", "must be at most 366 days before `to`")])
        return Stretch(begin, end)

    async def overview(self, tenant_id: TenantId, stretch: Stretch) -> tuple[CurrencyOverview, ...]:
        async with self._contexts.open(tenant_id) as repos:
            return await repos.analytics.overview(stretch.since, stretch.until)

    async def failures(self, tenant_id: TenantId, stretch: Stretch) -> Failures:
        async with self._contexts.open(tenant_id) as repos:
            return Failures(
                await repos.analytics.failures(stretch.since, stretch.until),
                await repos.analytics.cohorts(stretch.since, stretch.until),
            )
