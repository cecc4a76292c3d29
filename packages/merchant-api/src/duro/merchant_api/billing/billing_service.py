import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Final, final

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
from duro.payments import Approved, ChargeResult, Declined, Unknown

_LINGER_SECONDS: Final = 0.005


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
        self._presentment = Presentment(gateways, clock=clock)
        self._settlement = ChargeSettlement(contexts, drafts, clock=clock)

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
        """Renew subscriptions of one tenant with one claim for all, and tell of each as soon as it is settled.

        Charges that are answered together are settled together; a slow one keeps nobody waiting. A charge whose answer
        isn't known stays pending. It is never charged again under another reference. What went wrong inside this
        process is raised at the end, as an ExceptionGroup; those attempts stay pending too.
        """
        claims = await self._claims.claim(tenant_id, subscription_ids, is_starting=starting)
        charges: dict[asyncio.Task[ChargeResult], ChargeOrder] = {}
        try:
            for subscription_id, claim in claims.items():
                match claim:
                    case Concluded(renewal):
                        yield subscription_id, renewal
                    case ChargeOrder():
                        sending = self._presentment.send(claim, gateway_seconds=gateway_seconds)
                        charges[asyncio.create_task(sending)] = claim
            errors: list[Exception] = []
            while charges:
                await asyncio.wait(charges, return_when=settle_when)
                done, _ = await asyncio.wait(charges, timeout=_LINGER_SECONDS)
                answered = {task: charges.pop(task) for task in done}
                for subscription_id, renewal in (await self._settle(tenant_id, answered, errors)).items():
                    yield subscription_id, renewal
            if errors:
                message = "Some charges failed in this process; their attempts stay pending."
                raise ExceptionGroup(message, errors)
        finally:
            for task in charges:
                task.cancel()

    async def _settle(
        self, tenant_id: TenantId, answered: Mapping[asyncio.Task[ChargeResult], ChargeOrder], errors: list[Exception]
    ) -> dict[SubscriptionId, Renewal]:
        answers: dict[PaymentAttemptId, Approved | Declined] = {}
        renewals: dict[SubscriptionId, Renewal] = {}
        for task, order in answered.items():
            match task.exception():
                case None:
                    result = task.result()
                case Exception() as error:
                    errors.append(error)
                    continue
                case fatal:
                    raise fatal
            if isinstance(result, Unknown):
                renewals[order.attempt.subscription_id] = Renewal(RenewalOutcome.PENDING)
            else:
                answers[order.attempt.id] = result
        settled = await self._settlement.settle(tenant_id, answers)
        for order in answered.values():
            if order.attempt.id in settled:
                renewals[order.attempt.subscription_id] = settled[order.attempt.id]
        return renewals
