from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from whenever import Instant

from duro.billing import Cadence, Interval, Subscription, SubscriptionChange, SubscriptionStatus, Terms
from duro.kernel import Currency, CustomerId, Money, PaymentMethodId, PlanId, SubscriptionId

NAIRA = Currency("NGN")
EPOCH = Instant.from_utc(2025, 1, 31, 9)


@pytest.fixture(scope="session")
def naira() -> Callable[[int], Money]:
    return lambda amount: Money(amount, NAIRA)


@pytest.fixture(scope="session")
def epoch() -> Instant:
    """31 January 2025, ten in the morning in Lagos: the instant at which the subscriptions of the tests begin."""
    return EPOCH


@pytest.fixture(scope="session")
def terms() -> Callable[..., Terms]:
    def build(amount: int = 500_000, *, cadence: Cadence | None = None, max_cycles: int | None = None) -> Terms:
        return Terms(PlanId(UUID(int=7)), Money(amount, NAIRA), cadence or Cadence(Interval.MONTH), max_cycles)

    return build


@pytest.fixture(scope="session")
def start(terms: Callable[..., Terms]) -> Callable[..., SubscriptionChange]:
    """Begin a subscription on monthly terms; any argument of Subscription.start may be given instead."""

    def build(**given):
        usual: dict[str, object] = {
            "id": SubscriptionId(UUID(int=1)),
            "customer_id": CustomerId(UUID(int=2)),
            "terms": terms(),
            "zone": "Africa/Lagos",
            "quantity": 1,
            "payment_method_id": PaymentMethodId(UUID(int=3)),
            "metadata": {"seat": "12A"},
            "trial_days": 0,
            "current_period_end": None,
            "now": EPOCH,
        }
        return Subscription.start(**{**usual, **given})

    return build


@pytest.fixture(scope="session")
def subscription(start: Callable[..., SubscriptionChange]) -> Callable[..., Subscription]:
    """A subscription as a row might hold it: a month paid for in advance, then whatever fields are given."""

    def build(status: SubscriptionStatus = SubscriptionStatus.ACTIVE, **fields) -> Subscription:
        prepaid = start(current_period_end=Instant.from_utc(2025, 2, 28, 9)).subscription
        return replace(prepaid, status=status, **fields)

    return build


@pytest.fixture(scope="session")
def paid(start: Callable[..., SubscriptionChange]) -> Callable[..., Subscription]:
    """A subscription whose first month, 31 January to 28 February, has been billed and paid."""

    def build(**given) -> Subscription:
        begun = start(**given).subscription
        return begun.renewal_paid(begun.next_period()).subscription

    return build
