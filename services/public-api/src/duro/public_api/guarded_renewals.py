from typing import final

from duro.db.clock_guard import ClockGuard
from duro.kernel import Clock, SubscriptionId, TenantId
from duro.merchant_api.billing import RenewalOutcome
from duro.merchant_api.subscriptions import RenewsSubscriptions


@final
class GuardedRenewals:
    """First payments, claimed only while the machine's clock can be trusted: a lease by a wrong one protects nobody."""

    def __init__(self, renewals: RenewsSubscriptions, guard: ClockGuard) -> None:
        self._renewals = renewals
        self._guard = guard

    def on(self, clock: Clock) -> "GuardedRenewals":
        """Give the same on another clock; the machine's own is guarded all the same."""
        return GuardedRenewals(self._renewals.on(clock), self._guard)

    async def renew(
        self,
        tenant_id: TenantId,
        subscription_id: SubscriptionId,
        *,
        starting: bool = False,
        gateway_seconds: float | None = None,
    ) -> RenewalOutcome:
        """Raise ClockNotTrustedError before anything is claimed; what was started is then finished by the worker."""
        await self._guard.check()
        return await self._renewals.renew(
            tenant_id, subscription_id, starting=starting, gateway_seconds=gateway_seconds
        )
