from dataclasses import replace
from typing import Final, assert_never, final

from whenever import TimeDelta

from duro.db import RepositoryContexts
from duro.db.records import AttemptStatus, InvoiceStatus, PaymentAttempt
from duro.db.renewal_rows import SettlementSubject
from duro.kernel import Clock, IdFactory, PaymentAttemptId, TenantId
from duro.merchant_api.billing.charge_order import ChargeOrder
from duro.merchant_api.billing.charge_settlement import ChargeSettlement
from duro.merchant_api.billing.doubted_refusals import DoubtedRefusals
from duro.merchant_api.billing.gateways import GatewayRegistry
from duro.merchant_api.billing.outcomes import RenewalOutcome
from duro.merchant_api.billing.presentment import Presentment
from duro.merchant_api.billing.settlement_drafts import SettlementDrafts
from duro.payments import (
    Approved,
    AwaitsApproval,
    ChargeGateway,
    ChargeLookup,
    ChargeResult,
    Declined,
    FailureCodes,
    NotFound,
    Unknown,
)

_LATEST_SENDING: Final = TimeDelta(hours=24)
_LOOK_AGAIN: Final = TimeDelta(hours=1)
_LATEST_APPROVAL: Final = TimeDelta(hours=24)
_NEVER_APPROVED: Final = Declined("1A", "The payer never approved the payment.")


@final
class PendingService:
    """Finds out what became of an attempt whose holder never settled it, and settles it."""

    def __init__(
        self, contexts: RepositoryContexts, gateways: GatewayRegistry, *, ids: IdFactory, clock: Clock, lease: TimeDelta
    ) -> None:
        self._contexts = contexts
        self._gateways = gateways
        self._ids = ids
        self._clock = clock
        self._lease = lease
        self._presentment = Presentment(gateways, clock=clock)
        self._doubts = DoubtedRefusals(FailureCodes.bundled())
        self._settlement = ChargeSettlement(contexts, SettlementDrafts(ids=ids, clock=clock), clock=clock)

    def on(self, clock: Clock) -> "PendingService":
        """Give the same service on another clock."""
        contexts = self._contexts.on(clock)
        return PendingService(contexts, self._gateways, ids=self._ids, clock=clock, lease=self._lease)

    async def resolve(self, tenant_id: TenantId, attempt_id: PaymentAttemptId) -> RenewalOutcome:
        """Look a pending attempt up once its lease is over; what the provider hasn't got is sent again.

        It is sent under the same reference, and only to a provider that can't take one reference twice; to any other
        the attempt goes to review. If the subscription ended meanwhile, other money paid the invoice, or the method may
        never be charged again, it isn't sent: it is looked up every hour, since its first sender may only have been
        held up, and counts as declined a day after its claim. A refusal that is in doubt is a person's by then.
        """
        subject = await self._take_over(tenant_id, attempt_id)
        if subject is None:
            return RenewalOutcome.SKIPPED
        gateway = self._gateways.named(subject.attempt.provider)
        answer = await gateway.lookup(subject.attempt.reference)
        if isinstance(answer, NotFound):
            return await self._send_again(tenant_id, subject, gateway)
        if isinstance(answer, Declined) and self._is_doubted(subject.attempt, answer, gateway):
            return await self._doubt(tenant_id, subject.attempt, answer)
        return await self._conclude(tenant_id, subject.attempt, answer)

    async def look_up_now(self, tenant_id: TenantId, attempt: PaymentAttempt) -> RenewalOutcome:
        """Ask its provider what became of an attempt, whoever holds it; nothing is sent, whatever is answered.

        One that isn't pending is not asked about.
        """
        if attempt.status is not AttemptStatus.PENDING:
            return RenewalOutcome.SKIPPED
        gateway = self._gateways.named(attempt.provider)
        answer = await gateway.lookup(attempt.reference)
        if isinstance(answer, NotFound) or self._is_doubted(attempt, answer, gateway):
            return RenewalOutcome.PENDING
        return await self._conclude(tenant_id, attempt, answer)

    def _is_doubted(self, attempt: PaymentAttempt, found: ChargeLookup, gateway: ChargeGateway) -> bool:
        return self._doubts.still(attempt, found, gateway, now=self._clock.now())

    async def _take_over(self, tenant_id: TenantId, attempt_id: PaymentAttemptId) -> SettlementSubject | None:
        async with self._contexts.open(tenant_id) as repos:
            now = self._clock.now()
            for subject in await repos.renewals.lock_settlements([attempt_id]):
                if subject.attempt.status is AttemptStatus.PENDING and subject.attempt.claimed_until <= now:
                    leased = replace(subject.attempt, claimed_until=now + self._lease)
                    await repos.attempts.update(leased)
                    return replace(subject, attempt=leased)
        return None

    async def _send_again(
        self, tenant_id: TenantId, subject: SettlementSubject, gateway: ChargeGateway
    ) -> RenewalOutcome:
        attempt = subject.attempt
        if self._is_unwanted(subject):
            return await self._give_up(tenant_id, subject)
        if subject.is_tenant_suspended:
            return RenewalOutcome.PENDING
        if not gateway.has_idempotent_references:
            await self._settlement.send_to_review(
                tenant_id,
                attempt.id,
                code="not_found",
                message="The provider has no such charge and can't be asked twice.",
            )
            return RenewalOutcome.PENDING
        order = ChargeOrder.of(
            attempt, token=subject.token, customer_email=subject.customer_email, description=subject.plan_name
        )
        return await self._conclude(tenant_id, attempt, await self._presentment.send(order))

    @staticmethod
    def _is_unwanted(subject: SettlementSubject) -> bool:
        """Say whether the charge may not be sent any more: for nobody, for nothing, or not with this."""
        is_paid = subject.invoice.status is InvoiceStatus.PAID
        return subject.subscription.is_terminal or is_paid or subject.is_method_barred

    async def _give_up(self, tenant_id: TenantId, subject: SettlementSubject) -> RenewalOutcome:
        attempt, now = subject.attempt, self._clock.now()
        if now < attempt.created_at + _LATEST_SENDING:
            async with self._contexts.open(tenant_id) as repos:
                await repos.attempts.defer(attempt.id, until=now + _LOOK_AGAIN)
            return RenewalOutcome.PENDING
        never_sent = Declined("not_presented", "The charge was never sent, and may not be any more.")
        return await self._settle(tenant_id, attempt.id, never_sent)

    async def _doubt(self, tenant_id: TenantId, attempt: PaymentAttempt, answer: Declined) -> RenewalOutcome:
        """Look again later at what may have been taken; after a day a person decides."""
        now = self._clock.now()
        if now >= attempt.created_at + _LATEST_SENDING:
            await self._settlement.send_to_review(tenant_id, attempt.id, code=answer.code, message=answer.message)
        else:
            async with self._contexts.open(tenant_id) as repos:
                await repos.attempts.defer(attempt.id, until=now + min(now - attempt.created_at, _LOOK_AGAIN))
        return RenewalOutcome.PENDING

    async def _conclude(self, tenant_id: TenantId, attempt: PaymentAttempt, answer: ChargeResult) -> RenewalOutcome:
        """Settle by an answer, or let it wait for its payer; a day is the longest, whatever its provider says."""
        match answer:
            case Approved() | Declined():
                return await self._settle(tenant_id, attempt.id, answer)
            case AwaitsApproval() if self._clock.now() < attempt.created_at + _LATEST_APPROVAL:
                await self._settlement.await_approval(tenant_id, {attempt.id: answer})
                return RenewalOutcome.PENDING
            case AwaitsApproval():
                return await self._settle(tenant_id, attempt.id, _NEVER_APPROVED)
            case Unknown():
                return RenewalOutcome.PENDING
            case _:
                assert_never(answer)

    async def _settle(
        self, tenant_id: TenantId, attempt_id: PaymentAttemptId, answer: Approved | Declined
    ) -> RenewalOutcome:
        settled = await self._settlement.settle(tenant_id, {attempt_id: answer})
        return settled[attempt_id].outcome
