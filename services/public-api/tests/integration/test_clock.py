"""A machine whose clock is wrong claims no first payment; the start itself is kept for the worker."""

import pytest
from whenever import Instant, TimeDelta

from duro.crypto import SystemClock
from duro.db.clock_guard import ClockGuard, ClockNotTrustedError
from duro.kernel import SubscriptionId, TenantId
from duro.merchant_api.billing import RenewalOutcome
from duro.public_api.guarded_renewals import GuardedRenewals


class Database:
    """A database whose clock is so much ahead of this machine's."""

    def __init__(self, ahead: TimeDelta) -> None:
        self._ahead = ahead

    async def now(self) -> Instant:
        return SystemClock().now() + self._ahead


class Renewals:
    def __init__(self) -> None:
        self.asked: list[SubscriptionId] = []

    async def renew(self, tenant_id, subscription_id, *, starting=False, gateway_seconds=None):
        self.asked.append(subscription_id)
        return RenewalOutcome.CHARGED


class TestAFirstPayment:
    async def test_is_claimed_by_a_clock_that_agrees(self, ids):
        renewals = Renewals()
        guarded = GuardedRenewals(renewals, ClockGuard(SystemClock(), [Database(TimeDelta())]))
        subscription_id = ids.new(SubscriptionId)
        assert await guarded.renew(ids.new(TenantId), subscription_id, starting=True) is RenewalOutcome.CHARGED
        assert renewals.asked == [subscription_id]

    async def test_is_not_claimed_by_a_clock_that_is_behind(self, ids):
        renewals = Renewals()
        guarded = GuardedRenewals(renewals, ClockGuard(SystemClock(), [Database(TimeDelta(seconds=3))]))
        with pytest.raises(ClockNotTrustedError):
            await guarded.renew(ids.new(TenantId), ids.new(SubscriptionId), starting=True)
        assert renewals.asked == []
