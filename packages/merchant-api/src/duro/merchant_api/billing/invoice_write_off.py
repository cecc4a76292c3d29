from dataclasses import replace
from typing import final

from duro.billing import Subscription
from duro.db import Repositories
from duro.db.ledger import Postings
from duro.db.records import Invoice, InvoiceStatus
from duro.kernel import Clock, IdFactory


@final
class InvoiceWriteOff:
    """Gives up on an invoice: what remains is bad debt, and the credit in it returns to the balance."""

    def __init__(self, *, ids: IdFactory, clock: Clock) -> None:
        self._postings = Postings(ids=ids, clock=clock)
        self._clock = clock

    async def write_off(self, repos: Repositories, subscription: Subscription, invoice: Invoice) -> Subscription:
        """Make an open invoice that no charge is in flight for uncollectible; it may still be paid, or voided.

        The caller holds the locks of the subscription and the invoice, and stores the returned subscription.
        """
        given_up = replace(invoice, status=InvoiceStatus.UNCOLLECTIBLE, marked_uncollectible_at=self._clock.now())
        await repos.invoices.update(given_up)
        journal = self._postings.uncollectible(invoice)
        if journal is not None:
            await repos.ledger.post(journal)
        return subscription.credited(invoice.credit_held)
