import asyncio
from collections.abc import Sequence
from typing import final

from whenever import TimeDelta

from duro.db import RepositoryContexts
from duro.kernel import Clock, IdFactory, PaymentAttemptId, SubscriptionId, TenantId
from duro.merchant_api.billing.charge_order import ChargeOrder, Concluded
from duro.merchant_api.billing.charge_settlement import ChargeSettlement
from duro.merchant_api.billing.gateways import GatewayRegistry
from duro.merchant_api.billing.outcomes import Renewal, RenewalOutcome
from duro.merchant_api.billing.presentment import Presentment
from duro.merchant_api.billing.renewal_claims import RenewalClaims
from duro.merchant_api.billing.settlement_drafts import SettlementDrafts
from duro.payments import Approved, Declined, Unknown


@final
class BillingService:
    """Renews subscriptions of one mode: claim in one transaction, charge in none, settle in another."""

    def __init__(
        self, contexts: RepositoryContexts, gateways: GatewayRegistry, *, ids: IdFactory, clock: Clock, lease: TimeDelta
    ) -> None:
        drafts = SettlementDrafts(ids=ids, clock=clock)
        self._claims = RenewalClaims(contexts, drafts, ids=ids, clock=clock, lease=lease)
        self._presentment = Presentment(gateways, clock=clock)
        self._settlement = ChargeSettlement(contexts, drafts, clock=clock)

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
        """Renew subscriptions of one tenant with one claim and one settlement for all of them.

        A charge whose answer isn't known stays pending. It is never charged again under another reference.
        """
        claims = await self._claims.claim(tenant_id, subscription_ids, is_starting=starting)
        renewals: dict[SubscriptionId, Renewal] = {}
        orders: list[ChargeOrder] = []
        for subscription_id, claim in claims.items():
            match claim:
                case Concluded(renewal):
                    renewals[subscription_id] = renewal
                case ChargeOrder():
                    renewals[subscription_id] = Renewal(RenewalOutcome.PENDING)
                    orders.append(claim)
        answers, errors = await self._charge(orders, gateway_seconds)
        settled = await self._settlement.settle(tenant_id, answers)
        for order in orders:
            if order.attempt.id in settled:
                renewals[order.attempt.subscription_id] = settled[order.attempt.id]
        if errors:
            message = "Some charges failed in this process; their attempts stay pending."
            raise ExceptionGroup(message, errors)
        return renewals

    async def _charge(
        self, orders: Sequence[ChargeOrder], gateway_seconds: float | None
    ) -> tuple[dict[PaymentAttemptId, Approved | Declined], list[Exception]]:
        results = await asyncio.gather(
            *(self._presentment.send(order, gateway_seconds=gateway_seconds) for order in orders),
            return_exceptions=True,
        )
        answers: dict[PaymentAttemptId, Approved | Declined] = {}
        errors: list[Exception] = []
        for order, result in zip(orders, results, strict=True):
            match result:
                case Approved() | Declined():
                    answers[order.attempt.id] = result
                case Exception():
                    errors.append(result)
                case Unknown():
                    pass
                case _:
                    raise result
        return answers, errors
