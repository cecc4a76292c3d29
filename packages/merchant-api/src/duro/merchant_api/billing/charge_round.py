import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import Final, TypeVar, assert_never, final

from duro.db import RepositoryContexts
from duro.kernel import Clock, EntityId, PaymentAttemptId, TenantId
from duro.merchant_api.billing.charge_order import ChargeOrder, ClaimResult, Concluded
from duro.merchant_api.billing.charge_settlement import ChargeSettlement
from duro.merchant_api.billing.gateways import GatewayRegistry
from duro.merchant_api.billing.outcomes import Renewal, RenewalOutcome
from duro.merchant_api.billing.presentment import Presentment
from duro.merchant_api.billing.settlement_drafts import SettlementDrafts
from duro.payments import Approved, AwaitsApproval, ChargeResult, Declined, Unknown

_LINGER_SECONDS: Final = 0.005

Subject = TypeVar("Subject", bound=EntityId)


@final
class ChargeRound:
    """Sends the charges that a claim has committed, and settles them as they are answered."""

    def __init__(
        self, contexts: RepositoryContexts, gateways: GatewayRegistry, drafts: SettlementDrafts, *, clock: Clock
    ) -> None:
        self._presentment = Presentment(gateways, clock=clock)
        self._settlement = ChargeSettlement(contexts, drafts, clock=clock)

    async def run(
        self,
        tenant_id: TenantId,
        claims: Mapping[Subject, ClaimResult],
        *,
        gateway_seconds: float | None = None,
        settle_when: str = asyncio.FIRST_COMPLETED,
    ) -> AsyncGenerator[tuple[Subject, Renewal]]:
        """Tell what each claim of one tenant came to, as soon as it is settled.

        Charges that are answered together are settled together; a slow one keeps nobody waiting. A charge whose answer
        isn't known stays pending. It is never charged again under another reference. What went wrong inside this
        process is raised at the end, as an ExceptionGroup; those attempts stay pending too.
        """
        charges: dict[asyncio.Task[ChargeResult], tuple[Subject, ChargeOrder]] = {}
        try:
            for subject, claim in claims.items():
                match claim:
                    case Concluded(renewal):
                        yield subject, renewal
                    case ChargeOrder():
                        sending = self._presentment.send(claim, gateway_seconds=gateway_seconds)
                        charges[asyncio.create_task(sending)] = (subject, claim)
            errors: list[Exception] = []
            while charges:
                await asyncio.wait(charges, return_when=settle_when)
                done, _ = await asyncio.wait(charges, timeout=_LINGER_SECONDS)
                answered = {task: charges.pop(task) for task in done}
                for subject, renewal in (await self._settle(tenant_id, answered, errors)).items():
                    yield subject, renewal
            if errors:
                message = "Some charges failed in this process; their attempts stay pending."
                raise ExceptionGroup(message, errors)
        finally:
            for task in charges:
                task.cancel()

    async def _settle(
        self,
        tenant_id: TenantId,
        answered: Mapping[asyncio.Task[ChargeResult], tuple[Subject, ChargeOrder]],
        errors: list[Exception],
    ) -> dict[Subject, Renewal]:
        answers: dict[PaymentAttemptId, Approved | Declined] = {}
        waiting: dict[PaymentAttemptId, AwaitsApproval] = {}
        renewals: dict[Subject, Renewal] = {}
        for task, (subject, order) in answered.items():
            match task.exception():
                case None:
                    result = task.result()
                case Exception() as error:
                    errors.append(error)
                    continue
                case fatal:
                    raise fatal
            match result:
                case Approved() | Declined():
                    answers[order.attempt.id] = result
                    continue
                case AwaitsApproval():
                    waiting[order.attempt.id] = result
                case Unknown():
                    pass
                case _:
                    assert_never(result)
            renewals[subject] = Renewal(RenewalOutcome.PENDING)
        await self._settlement.await_approval(tenant_id, waiting)
        settled = await self._settlement.settle(tenant_id, answers)
        for subject, order in answered.values():
            if order.attempt.id in settled:
                renewals[subject] = settled[order.attempt.id]
        return renewals
