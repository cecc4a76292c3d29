from dataclasses import replace
from typing import final

from duro.billing import Subscription
from duro.db import Repositories
from duro.db.ledger import Postings
from duro.db.records import DunningState, InvoiceStatus
from duro.kernel import Clock, IdFactory


@final
class EndedSubscriptions:
    """What is left open by a subscription that ends: its invoices are voided, its recovery cases closed."""

    def __init__(self, *, ids: IdFactory, clock: Clock) -> None:
        self._postings = Postings(ids=ids, clock=clock)
        self._clock = clock

    async def close(self, repos: Repositories, subscription: Subscription) -> Subscription:
        """Void every open invoice that no charge is in flight for, give its credit back, and close its case.

        The caller holds the subscription's lock and stores the returned subscription. An invoice in flight stays open:
        the settlement of its attempt decides. So does one in review.
        """
        for invoice in await repos.invoices.lock_open(subscription.id):
            attempts = await repos.attempts.of_invoice(invoice.id)
            if any(attempt.is_unexplained for attempt in attempts) or not invoice.amount_paid.is_zero:
                continue
            await repos.invoices.update(replace(invoice, status=InvoiceStatus.VOID))
            journal = self._postings.void(invoice)
            if journal is not None:
                await repos.ledger.post(journal)
            subscription = subscription.credited(invoice.credit_applied)
        for schedule in await repos.dunning.lock_open(subscription.id):
            closed = replace(schedule, state=DunningState.CANCELLED, next_attempt_at=None, closed_at=self._clock.now())
            await repos.dunning.update(closed)
        return subscription
