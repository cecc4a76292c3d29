import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import final

from whenever import TimeDelta

from duro.db import RepositoryContexts
from duro.kernel import Clock, IdFactory, SubscriptionId, TenantId
from duro.merchant_api.billing.charge_round import ChargeRound
from duro.merchant_api.billing.gateways import GatewayRegistry
from duro.merchant_api.billing.outcomes import Renewal, RenewalOutcome
from duro.merchant_api.billing.renewal_claims import RenewalClaims
from duro.merchant_api.billing.settlement_drafts import SettlementDrafts


@final
class BillingService:
    """Renews subscriptions of one mode: claim in one transaction, charge in none, settle in another."""

    def __init__(
        self, contexts: RepositoryContexts, gateways: GatewayRegistry, *, ids: IdFactory, clock: Clock, lease: TimeDelta
    ) -> None:
        self._contexts = contexts
        self._gateways = gateways
        self._ids = ids
        self._lease = lease
        drafts = SettlementDrafts(ids=ids, clock=clock)
        self._claims = RenewalClaims(contexts, drafts, gateways, ids=ids, clock=clock, lease=lease)
        self._charges = ChargeRound(contexts, gateways, drafts, clock=clock)

    def on(self, clock: Clock) -> "BillingService":
        """Give the same service on another clock."""
        contexts = self._contexts.on(clock)
        return BillingService(contexts, self._gateways, ids=self._ids, clock=clock, lease=self._lease)

    async def renew(
        self,
        tenant_id: TenantId,
        subscription_id: SubscriptionId,
        *,
        starting: bool = False,
        gateway_seconds: float | None = None,
    ) -> RenewalOutcome:
        """Renew one subscription if it is due; `starting` admits one that waits for its first payment."""
        renewals = await self.renew_many(
            tenant_id, [subscription_id], starting=starting, gateway_seconds=gateway_seconds
        )
        return renewals[subscription_id].outcome

    async def renew_many(
        self,
        tenant_id: TenantId,
        subscription_ids: Sequence[SubscriptionId],
        *,
        starting: bool = False,
        gateway_seconds: float | None = None,
    ) -> dict[SubscriptionId, Renewal]:
        """Renew subscriptions of one tenant, wait for all, and settle them together in the order of their ids."""
        renewals = self.renew_each(
            tenant_id,
            subscription_ids,
            starting=starting,
            gateway_seconds=gateway_seconds,
            settle_when=asyncio.ALL_COMPLETED,
        )
        return {subscription_id: renewal async for subscription_id, renewal in renewals}

    async def renew_each(
        self,
        tenant_id: TenantId,
        subscription_ids: Sequence[SubscriptionId],
        *,
        starting: bool = False,
        gateway_seconds: float | None = None,
        settle_when: str = asyncio.FIRST_COMPLETED,
    ) -> AsyncGenerator[tuple[SubscriptionId, Renewal]]:
        """Renew subscriptions of one tenant with one claim for all, and tell of each as ChargeRound does."""
        claims = await self._claims.claim(tenant_id, subscription_ids, is_starting=starting)
        charged = self._charges.run(tenant_id, claims, gateway_seconds=gateway_seconds, settle_when=settle_when)
        async for subscription_id, renewal in charged:
            yield subscription_id, renewal
