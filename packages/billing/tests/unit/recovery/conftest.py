from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from whenever import Instant, TimeDelta

from duro.billing import FailureCategory, Zone
from duro.billing.recovery import DunningAttempt, DunningContext, FailureCode, Instrument, Network, Rail
from duro.kernel import DunningScheduleId

LAGOS = Zone("Africa/Lagos")
LONG_AGO = Instant.from_utc(2025, 1, 1)


@pytest.fixture(scope="session")
def card() -> Callable[..., Instrument]:
    def build(network: Network = Network.VERVE, key: str = "card", added_at: Instant = LONG_AGO) -> Instrument:
        return Instrument(key, Rail.CARD, added_at, network)

    return build


@pytest.fixture(scope="session")
def mandate() -> Callable[..., Instrument]:
    def build(activated_at: Instant | None, added_at: Instant = LONG_AGO) -> Instrument:
        return Instrument("mandate", Rail.DIRECT_DEBIT, added_at, Network.NIBSS, activated_at)

    return build


@pytest.fixture(scope="session")
def rail() -> Callable[[Rail], Instrument]:
    return lambda rail: Instrument(rail.value, rail, LONG_AGO)


@pytest.fixture(scope="session")
def case(card: Callable[..., Instrument]) -> Callable[..., DunningContext]:
    """A case opened by one failure of a Verve card at ten in the morning UTC on 15 April 2026, decided on at once."""

    def build(
        category: FailureCategory = FailureCategory.UNKNOWN,
        *,
        at: Instant = Instant.from_utc(2026, 4, 15, 10),
        failure: FailureCode | None = None,
        advice: str | None = None,
        method: Instrument | None = None,
        days: int = 35,
        earlier: tuple[tuple[int, FailureCategory], ...] = (),
        **others: object,
    ) -> DunningContext:
        """`earlier` holds the failures before the last: hours before it and category."""
        instrument = method or card()
        tries = [
            *((at - TimeDelta(hours=hours), FailureCode.typical(kind), None) for hours, kind in earlier),
            (at, failure or FailureCode.typical(category), advice),
        ]
        attempts = tuple(DunningAttempt(when, instrument, code, word) for when, code, word in tries)
        opened_at = attempts[0].at
        context = DunningContext(
            schedule_id=DunningScheduleId(UUID(int=11)),
            opened_at=opened_at,
            deadline_at=opened_at + TimeDelta(hours=24 * days),
            now=at,
            attempts=attempts,
            method=instrument,
            zone=LAGOS,
        )
        return replace(context, **others)

    return build
