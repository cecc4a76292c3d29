from collections.abc import Sequence
from typing import final

from duro.billing import PendingLine, Subscription, SubscriptionStatus
from duro.db import Repositories
from duro.db.ledger import Postings
from duro.db.records import Invoice
from duro.kernel import Clock, IdFactory, Money
from duro.merchant_api.billing.invoice_case import InvoiceCase
from duro.merchant_api.billing.invoice_voiding import InvoiceVoiding
from duro.merchant_api.billing.returned_part import ReturnedPart
from duro.merchant_api.messages.message_drafts import MessageDrafts


@final
class EndedSubscriptions:
    """What is left open by a subscription that ends: invoices are voided, recovery cases closed, the payer is told."""

    def __init__(self, *, ids: IdFactory, clock: Clock) -> None:
        self._postings = Postings(ids=ids, clock=clock)
        self._voiding = InvoiceVoiding(ids=ids, clock=clock)
        self._part = ReturnedPart(ids=ids, clock=clock)
        self._case = InvoiceCase(ids)
        self._messages = MessageDrafts(ids)
        self._clock = clock

    async def close(
        self, repos: Repositories, subscription: Subscription, pending_lines: Sequence[PendingLine] = ()
    ) -> Subscription:
        """Void every open invoice that no charge is in flight for, give its credit back, and close its case.

        What payers have pushed for one becomes credit before that: they will have nothing for it.

        The promo code of a first payment that never came can be redeemed once more: nobody has had anything for it.

        The caller holds the subscription's lock and stores the returned subscription. An invoice in flight stays open:
        the settlement of its attempt decides. So does one in review. The pending lines are those that the subscription
        ended with; their credit is in its balance already.
        """
        for invoice in await repos.invoices.lock_open(subscription.id):
            if await self._is_in_flight(repos, invoice):
                continue
            subscription, unpaid = await self._part.take(repos, subscription, invoice)
            subscription = await self._voiding.void(repos, subscription, unpaid)
        subscription = await self._without_parts(repos, subscription)
        if pending_lines:
            await self._lapse(repos, subscription, pending_lines)
        for schedule in await repos.dunning.lock_open(subscription.id):
            await self._case.cancel(repos, schedule, now=self._clock.now())
        if subscription.promotion is not None and subscription.status is SubscriptionStatus.INCOMPLETE_EXPIRED:
            await repos.promo_codes.release(subscription.promotion.promo_code_id, now=self._clock.now())
        await repos.messages.add(self._messages.ended(subscription, now=self._clock.now()))
        return subscription

    async def _without_parts(self, repos: Repositories, subscription: Subscription) -> Subscription:
        """Give back what was paid of invoices that had been given up before: their periods will never be had."""
        for invoice in await repos.invoices.lock_partly_paid(subscription.id):
            if await self._is_in_flight(repos, invoice):
                continue
            subscription, unpaid = await self._part.take(repos, subscription, invoice)
            await repos.invoices.update(unpaid)
        return subscription

    @staticmethod
    async def _is_in_flight(repos: Repositories, invoice: Invoice) -> bool:
        return any(attempt.is_unexplained for attempt in await repos.attempts.of_invoice(invoice.id))

    async def _lapse(
        self, repos: Repositories, subscription: Subscription, pending_lines: Sequence[PendingLine]
    ) -> None:
        credit = PendingLine.credit_in(pending_lines, Money.zero(subscription.balance.currency))
        journal = self._postings.credit_at_end(subscription.id, credit)
        if journal is not None:
            await repos.ledger.post(journal)
        await repos.pending_lines.lapse(subscription.id, now=self._clock.now())
