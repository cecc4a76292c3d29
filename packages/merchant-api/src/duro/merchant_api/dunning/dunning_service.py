import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import final

from whenever import TimeDelta

from duro.db import RepositoryContexts
from duro.kernel import Clock, DunningScheduleId, IdFactory, TenantId
from duro.merchant_api.billing.charge_order import ChargeOrder
from duro.merchant_api.billing.charge_round import ChargeRound
from duro.merchant_api.billing.gateways import GatewayRegistry
from duro.merchant_api.billing.outcomes import Renewal, RenewalOutcome
from duro.merchant_api.billing.settlement_drafts import SettlementDrafts
from duro.merchant_api.dunning.dunning_claims import ClaimedCases, DunningClaims
from duro.merchant_api.pushed.request_service import RequestService


@final
class DunningService:
    """Works on recovery cases of one mode: decide, try, and decide again after every decline."""

    def __init__(
        self, contexts: RepositoryContexts, gateways: GatewayRegistry, *, ids: IdFactory, clock: Clock, lease: TimeDelta
    ) -> None:
        self._contexts = contexts
        self._gateways = gateways
        self._ids = ids
        self._lease = lease
        self._claims = DunningClaims(contexts, gateways, ids=ids, clock=clock, lease=lease)
        self._requests = RequestService(contexts, gateways, ids=ids, clock=clock, lease=lease)
        self._charges = ChargeRound(contexts, gateways, SettlementDrafts(ids=ids, clock=clock), clock=clock)

    def on(self, clock: Clock) -> "DunningService":
        """Give the same service on another clock."""
        contexts = self._contexts.on(clock)
        return DunningService(contexts, self._gateways, ids=self._ids, clock=clock, lease=self._lease)

    async def process(self, tenant_id: TenantId, schedule_id: DunningScheduleId) -> RenewalOutcome:
        """Work on one case as far as it goes now."""
        told = {one: renewal.outcome async for one, renewal in self.process_each(tenant_id, [schedule_id])}
        return told[schedule_id]

    async def process_each(
        self, tenant_id: TenantId, ids: Sequence[DunningScheduleId]
    ) -> AsyncGenerator[tuple[DunningScheduleId, Renewal]]:
        """Work on cases of one tenant with one claim for all, and tell of each as ChargeRound does.

        A case whose try was declined is decided about again before it is told of; that never tries a second time, since
        budgets allow a card one try a day.
        """
        claimed = await self._claims.claim(tenant_id, ids)
        await self._ask(tenant_id, claimed)
        tried = {one for one, claim in claimed.results.items() if isinstance(claim, ChargeOrder)}
        declined: list[DunningScheduleId] = []
        async for schedule_id, renewal in self._charges.run(tenant_id, claimed.results):
            if schedule_id in tried and renewal.outcome is RenewalOutcome.DUNNING:
                declined.append(schedule_id)
            yield schedule_id, renewal
        if declined:
            await self._ask(tenant_id, await self._claims.claim(tenant_id, declined))

    async def _ask(self, tenant_id: TenantId, claimed: ClaimedCases) -> None:
        """Ask payers to push money; what isn't answered is looked at by those who look at requests."""
        await asyncio.gather(*(self._requests.present(tenant_id, order) for order in claimed.requests))
