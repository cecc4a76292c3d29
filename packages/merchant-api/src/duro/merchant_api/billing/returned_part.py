from dataclasses import replace
from typing import final

from duro.billing import Subscription
from duro.db import Repositories
from duro.db.ledger import Postings
from duro.db.push_rows import Allocation
from duro.db.records import Invoice
from duro.db.renewal_rows import RenewalSettlement
from duro.kernel import AllocationId, Clock, IdFactory, InvoiceId, Money, SubscriptionId


@final
class ReturnedPart:
    """Moves what payers have pushed for an invoice to their balance: nothing will be had for it any more."""

    def __init__(self, *, ids: IdFactory, clock: Clock) -> None:
        self._ids = ids
        self._clock = clock
        self._postings = Postings(ids=ids, clock=clock)

    async def take(
        self, repos: Repositories, subscription: Subscription, invoice: Invoice
    ) -> tuple[Subscription, Invoice]:
        """Give both as they are afterwards; the caller holds their locks and stores them.

        Each payment is allocated to the subscription instead, by rows that take it off the invoice.
        """
        moved = Money.zero(invoice.currency)
        rows: list[Allocation] = []
        for part in await repos.incoming_payments.parts(invoice.id) if not invoice.amount_paid.is_zero else ():
            moved += part.amount
            rows += (self._moved(part, invoice.id, -part.amount), self._moved(part, subscription.id, part.amount))
        if not rows:
            return subscription, invoice
        await repos.incoming_payments.allocate(rows)
        await repos.ledger.post(self._postings.part_returned(invoice, moved))
        return subscription.credited(moved), replace(invoice, amount_paid=invoice.amount_paid - moved)

    async def at_end(self, repos: Repositories, settlement: RenewalSettlement) -> RenewalSettlement:
        """Do the same of the invoice with which giving up ends a subscription."""
        if settlement.invoice is None or not settlement.subscription.is_terminal:
            return settlement
        subscription, invoice = await self.take(repos, settlement.subscription, settlement.invoice)
        return replace(settlement, subscription=subscription, invoice=invoice)

    def _moved(self, part: Allocation, pays: InvoiceId | SubscriptionId, amount: Money) -> Allocation:
        return replace(part, id=self._ids.new(AllocationId), pays=pays, amount=amount, created_at=self._clock.now())
