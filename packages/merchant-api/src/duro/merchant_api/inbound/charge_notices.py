from typing import assert_never, final

from duro.db import RepositoryContexts
from duro.db.records import AttemptStatus
from duro.kernel import Clock, IdFactory, PaymentAttemptId, TenantId
from duro.merchant_api.billing.charge_settlement import ChargeSettlement
from duro.merchant_api.billing.doubted_refusals import DoubtedRefusals
from duro.merchant_api.billing.gateways import GatewayRegistry
from duro.merchant_api.billing.outcomes import RenewalOutcome
from duro.merchant_api.billing.settlement_drafts import SettlementDrafts
from duro.merchant_api.inbound.doubt import Doubt
from duro.merchant_api.inbound.listeners import MoneyListener
from duro.merchant_api.inbound.told_attempt import ToldAttempt
from duro.payments import Approved, ChargeFailed, ChargeSucceeded, Declined, FailureCodes


@final
class ChargeNotices:
    """Settles attempts by what their provider tells, whoever holds them: of two that settle one, the first does.

    A success is believed as it stands. A failure is looked up, since a notice says nothing of the advice that may
    forbid another try; where that finds no answer, the attempt stays pending and is looked up later.
    """

    def __init__(
        self,
        contexts: RepositoryContexts,
        gateways: GatewayRegistry,
        money: MoneyListener,
        *,
        ids: IdFactory,
        clock: Clock,
    ) -> None:
        self._contexts = contexts
        self._gateways = gateways
        self._money = money
        self._ids = ids
        self._clock = clock
        self._doubts = DoubtedRefusals(FailureCodes.bundled())

    async def tell(
        self,
        tenant_id: TenantId,
        attempt_id: PaymentAttemptId,
        notice: ChargeSucceeded | ChargeFailed,
        *,
        provider: str,
    ) -> Doubt | None:
        """Say why a person has to look at it; None where it was dealt with."""
        told = await ToldAttempt.read(self._contexts, tenant_id, attempt_id, clock=self._clock)
        match notice:
            case ChargeSucceeded():
                answer = Approved(notice.reference, notice.amount, notice.fee)
                outcome = await self._settle(tenant_id, told, answer)
                if outcome is RenewalOutcome.DUNNING:
                    return await self._late(tenant_id, attempt_id, notice, provider=provider)
                return self._unlike(attempt_id, "in review") if outcome is RenewalOutcome.PENDING else None
            case ChargeFailed():
                return await self._failed(tenant_id, told)
            case _:
                assert_never(notice)

    async def _late(
        self, tenant_id: TenantId, attempt_id: PaymentAttemptId, notice: ChargeSucceeded, *, provider: str
    ) -> Doubt | None:
        """Take what a failed charge took after all, unless a person decided before what that was."""
        async with self._contexts.open(tenant_id) as repos:
            decision = await repos.reviews.decision(attempt_id)
        if decision is not None and decision.taken is not None:
            return None
        return await self._money.tell(tenant_id, attempt_id, notice, provider=provider)

    async def _failed(self, tenant_id: TenantId, told: ToldAttempt) -> Doubt | None:
        attempt = told.attempt
        match attempt.status:
            case AttemptStatus.FAILED:
                return None
            case AttemptStatus.PENDING:
                gateway = self._gateways.named(attempt.provider)
                answer = await gateway.lookup(attempt.reference)
                if self._doubts.still(attempt, answer, gateway, now=told.clock.now()):
                    return None
                if isinstance(answer, Approved | Declined):
                    await self._settle(tenant_id, told, answer)
                return self._unlike(attempt.id, "succeeded") if isinstance(answer, Approved) else None
            case AttemptStatus.SUCCEEDED:
                return self._unlike(attempt.id, "succeeded")
            case AttemptStatus.REVIEW:
                return self._unlike(attempt.id, "in review")
            case _:
                assert_never(attempt.status)

    async def _settle(self, tenant_id: TenantId, told: ToldAttempt, answer: Approved | Declined) -> RenewalOutcome:
        contexts, clock = self._contexts.on(told.clock), told.clock
        settlement = ChargeSettlement(contexts, SettlementDrafts(ids=self._ids, clock=clock), clock=clock)
        settled = await settlement.settle(tenant_id, {told.attempt.id: answer})
        return settled[told.attempt.id].outcome

    @staticmethod
    def _unlike(attempt_id: PaymentAttemptId, standing: str) -> Doubt:
        return Doubt.contradiction(f"The transaction {attempt_id} is {standing}.")
