from typing import Protocol

from duro.kernel import Clock, SubscriptionId, TenantId
from duro.merchant_api.billing.outcomes import RenewalOutcome


class RenewsSubscriptions(Protocol):
    """What starting a subscription asks of billing: collect the first payment as the first renewal."""

    def on(self, clock: Clock) -> "RenewsSubscriptions":
        """Give the same on another clock."""
        ...

    async def renew(
        self,
        tenant_id: TenantId,
        subscription_id: SubscriptionId,
        *,
        starting: bool = False,
        gateway_seconds: float | None = None,
    ) -> RenewalOutcome: ...
