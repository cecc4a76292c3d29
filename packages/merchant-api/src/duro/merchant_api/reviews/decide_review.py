from dataclasses import dataclass
from typing import Final, final

from duro.billing.recovery import Rail
from duro.db import Repositories, RepositoryContexts
from duro.db.records import AttemptStatus, Invoice, PaymentAttempt
from duro.db.reviews import ReviewDecision
from duro.kernel import Clock, ConflictError, IdFactory, Money, NotFoundError, PaymentAttemptId, TenantId
from duro.merchant_api.billing.charge_settlement import ChargeSettlement
from duro.merchant_api.billing.gateways import GatewayRegistry
from duro.merchant_api.billing.settlement_drafts import SettlementDrafts
from duro.merchant_api.pushed import ArrivedMoney, Received, ReceiveMoney
from duro.merchant_api.test_clocks import CustomerClocks
from duro.payments import Approved, Declined

_NOT_TAKEN: Final = "not_taken"
_TAKEN_OTHERWISE: Final = "taken_otherwise"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a person found out about an attempt in review: how much was taken, or None; who says so, and why."""

    attempt_id: PaymentAttemptId
    taken: Money | None
    by: str
    note: str


@final
@dataclass(frozen=True, slots=True)
class DecidedReview:
    """An attempt and its invoice once the attempt was decided, and what became of money beside what was asked for."""

    attempt: PaymentAttempt
    invoice: Invoice
    received: Received | None


@final
class DecideReview:
    """Settles an attempt in review as a person says, once, in the one transaction that also writes down who said it.

    What was asked for, or more, is a success. Less, or another currency, is a charge that failed whose money came all
    the same: a part of the invoice, or held. Nothing taken is a decline, so that recovery goes on.
    """

    def __init__(
        self, contexts: RepositoryContexts, gateways: GatewayRegistry, *, ids: IdFactory, clock: Clock
    ) -> None:
        self._contexts = contexts
        self._ids = ids
        self._clock = clock
        self._clocks = CustomerClocks(clock)
        self._receive = ReceiveMoney(contexts, gateways, ids=ids, clock=clock)

    async def execute(self, tenant_id: TenantId, verdict: Verdict) -> DecidedReview:
        """Raise NotFoundError, or ConflictError `not_in_review` or `test_clock_advancing`."""
        async with self._contexts.open(tenant_id) as repos:
            subject = next(iter(await repos.renewals.lock_settlements([verdict.attempt_id])), None)
            if subject is None:
                raise NotFoundError("transaction", verdict.attempt_id)
            attempt = subject.attempt
            if attempt.status is not AttemptStatus.REVIEW:
                code = "not_in_review"
                raise ConflictError(code, f"The transaction {attempt.id} is {attempt.status.value}: nothing to decide.")
            clock = await self._clocks.of(repos, subject.subscription.test_clock_id)
            await repos.reviews.reopen(attempt.id)
            settlement = ChargeSettlement(
                self._contexts.on(clock), SettlementDrafts(ids=self._ids, clock=clock), clock=clock
            )
            await settlement.within(repos, {attempt.id: self._answer(attempt, verdict)})
            extra = self._extra(attempt, verdict.taken)
            received = None if extra is None else await self._receive.on(clock).within(repos, extra)
            await repos.reviews.keep(self._decision(attempt, verdict))
            return await self._read(repos, attempt, received)

    @classmethod
    def _answer(cls, attempt: PaymentAttempt, verdict: Verdict) -> Approved | Declined:
        taken = verdict.taken
        if taken is None:
            return Declined(_NOT_TAKEN, "Nothing was taken.")
        if cls._is_enough(attempt, taken):
            return Approved(attempt.reference, attempt.amount)
        return Declined(_TAKEN_OTHERWISE, f"{taken} was taken where {attempt.amount} was asked for.")

    @classmethod
    def _extra(cls, attempt: PaymentAttempt, taken: Money | None) -> ArrivedMoney | None:
        """Give what the attempt doesn't account for: all of what isn't enough, else what is over."""
        if taken is None or taken == attempt.amount:
            return None
        return ArrivedMoney(
            provider=attempt.provider,
            reference=attempt.reference,
            amount=taken - attempt.amount if cls._is_enough(attempt, taken) else taken,
            rail=Rail(attempt.rail),
            at=attempt.created_at,
            attempt_id=attempt.id,
        )

    @staticmethod
    def _is_enough(attempt: PaymentAttempt, taken: Money) -> bool:
        return taken.currency == attempt.amount.currency and taken >= attempt.amount

    def _decision(self, attempt: PaymentAttempt, verdict: Verdict) -> ReviewDecision:
        """Say what was decided and by whom, in real time; an attempt that waits has been settled into waiting."""
        now = self._clock.now()
        return ReviewDecision(
            attempt_id=attempt.id,
            taken=verdict.taken,
            doubt_code=attempt.failure_code,
            doubt=attempt.failure_message,
            in_review_since=attempt.settled_at or now,
            decided_by=verdict.by,
            note=verdict.note,
            decided_at=now,
        )

    @staticmethod
    async def _read(repos: Repositories, before: PaymentAttempt, received: Received | None) -> DecidedReview:
        attempt = await repos.attempts.get(before.id)
        invoice = await repos.invoices.get(before.invoice_id)
        if attempt is None or invoice is None:
            raise NotFoundError("transaction", before.id)
        return DecidedReview(attempt, invoice, received)
