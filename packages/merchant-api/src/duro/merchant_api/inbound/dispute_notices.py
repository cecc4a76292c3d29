from collections.abc import Sequence
from dataclasses import replace
from typing import final

from duro.db import Repositories, RepositoryContexts
from duro.db.dispute_rows import Dispute, DisputeId, DisputeStatus
from duro.db.ledger import Postings
from duro.db.records import AttemptStatus, PaymentAttempt
from duro.kernel import Clock, IdFactory, Money, NotFoundError, PaymentAttemptId, SubscriptionId, TenantId
from duro.merchant_api.inbound.doubt import Doubt
from duro.merchant_api.test_clocks import CustomerClocks
from duro.payments import DisputeClosed, DisputeOpened


@final
class DisputeNotices:
    """Writes down charges that payers had their bank take back, once each, and charges such a card no more.

    It is the merchant's loss and not the payer's debt: no invoice is owed again and no period moves.
    """

    def __init__(self, contexts: RepositoryContexts, *, ids: IdFactory, clock: Clock) -> None:
        self._contexts = contexts
        self._ids = ids
        self._clocks = CustomerClocks(clock)

    async def tell(
        self,
        tenant_id: TenantId,
        attempt_id: PaymentAttemptId,
        notice: DisputeOpened | DisputeClosed,
        *,
        provider: str,
    ) -> Doubt | None:
        """Say why a person has to look at it; None where it was dealt with.

        An end that is told of first says all that a beginning does but the reason, and is both.
        """
        async with self._contexts.open(tenant_id) as repos:
            attempt = await repos.attempts.get(attempt_id)
            if attempt is None:
                raise NotFoundError("transaction", attempt_id)
            waiting = await repos.disputes.lock_concerned(attempt.subscription_id, attempt.payment_method_id)
            clock = await self._clock(repos, attempt)
            known = await repos.disputes.find(provider=provider, reference=notice.provider_reference)
            if known is None:
                doubt = await self._doubt(repos, attempt, notice.amount)
                if doubt is not None:
                    return doubt
                known = self._begun(attempt, notice)
                await self._open(repos, known, attempt, clock, waiting)
            elif (known.attempt_id, known.amount) != (attempt.id, notice.amount):
                return Doubt.contradiction(f"That dispute is of {known.amount} of the transaction {known.attempt_id}.")
            return await self._close(repos, known, notice, clock) if isinstance(notice, DisputeClosed) else None

    async def _clock(self, repos: Repositories, attempt: PaymentAttempt) -> Clock:
        subscription = await repos.subscriptions.get(attempt.subscription_id)
        if subscription is None:
            raise NotFoundError("subscription", attempt.subscription_id)
        return await self._clocks.of(repos, subscription.test_clock_id)

    @staticmethod
    async def _doubt(repos: Repositories, attempt: PaymentAttempt, amount: Money) -> Doubt | None:
        """Doubt what took nothing, or less than all that is disputed of it."""
        if attempt.status is not AttemptStatus.SUCCEEDED:
            return Doubt.contradiction(f"The transaction {attempt.id} is {attempt.status}.")
        if amount.currency != attempt.amount.currency:
            return Doubt.contradiction(f"The transaction {attempt.id} took {attempt.amount}, not {amount.currency}.")
        others = await repos.disputes.of_charges([attempt])
        gone = sum((one.amount for one in others if one.is_standing), amount)
        if attempt.amount < gone:
            return Doubt.contradiction(f"Of {attempt.amount} that {attempt.id} took, {gone} would be disputed.")
        return None

    def _begun(self, attempt: PaymentAttempt, notice: DisputeOpened | DisputeClosed) -> Dispute:
        return Dispute(
            id=self._ids.new(DisputeId),
            attempt_id=attempt.id,
            provider=attempt.provider,
            provider_reference=notice.provider_reference,
            amount=notice.amount,
            reason=notice.reason if isinstance(notice, DisputeOpened) else None,
            status=DisputeStatus.OPEN,
            opened_at=notice.at,
        )

    async def _open(
        self,
        repos: Repositories,
        dispute: Dispute,
        attempt: PaymentAttempt,
        clock: Clock,
        waiting: Sequence[SubscriptionId],
    ) -> None:
        await repos.disputes.insert(dispute)
        await repos.ledger.post(Postings(ids=self._ids, clock=clock).dispute(dispute))
        await repos.payment_methods.bar_card(attempt.payment_method_id, now=clock.now())
        for subscription_id in waiting:
            if not await repos.attempts.unexplained_of_subscription(subscription_id):
                await repos.dunning.wake(subscription_id, now=clock.now())

    async def _close(self, repos: Repositories, known: Dispute, notice: DisputeClosed, clock: Clock) -> Doubt | None:
        status = DisputeStatus.WON if notice.is_won else DisputeStatus.LOST
        if known.status is not DisputeStatus.OPEN:
            is_repeat = known.status is status
            return None if is_repeat else Doubt.contradiction(f"That dispute was {known.status} before.")
        closed = replace(known, status=status, closed_at=notice.at)
        await repos.disputes.close(closed)
        if notice.is_won:
            await repos.ledger.post(Postings(ids=self._ids, clock=clock).dispute_won(closed))
        return None
