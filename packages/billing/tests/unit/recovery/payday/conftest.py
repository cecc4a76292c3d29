from collections.abc import Callable, Sequence
from datetime import date

import pytest
from whenever import Instant

from duro.billing import Zone
from duro.billing.recovery import PaydayBank, PaydayProfile, Sighting

LAGOS = Zone("Africa/Lagos")


@pytest.fixture(scope="session")
def bank() -> PaydayBank:
    return PaydayBank()


@pytest.fixture(scope="session")
def number() -> Callable[[int, int, int], int]:
    return lambda year, month, day: date(year, month, day).toordinal() - date(1970, 1, 1).toordinal()


@pytest.fixture(scope="session")
def profile(bank: PaydayBank) -> Callable[..., PaydayProfile]:
    """What is believed of a payer whose account had money on some evenings and was empty on others."""

    def build(money: Sequence[tuple[int, int, int]] = (), empty: Sequence[tuple[int, int, int]] = ()) -> PaydayProfile:
        sights = [
            *(Sighting(Instant.from_utc(*day, 19), is_money=True) for day in money),
            *(Sighting(Instant.from_utc(*day, 19), is_money=False) for day in empty),
        ]
        return bank.rebuilt(sights, zone=LAGOS, until=Instant.from_utc(2100, 1, 1))

    return build
