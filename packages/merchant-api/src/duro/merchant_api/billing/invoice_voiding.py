from dataclasses import replace
from typing import final

from duro.billing import PendingLine, Subscription
from duro.db import Repositories
from duro.db.ledger import Postings
from duro.db.records import Invoice, InvoiceStatus
from duro.kernel import Clock, IdFactory, Money


@final
class KeptCredit:
    """What lines that an invoice took up had given off it: it stays the payer's when the invoice is voided."""

    @staticmethod
    async def of(repos: Repositories, invoice: Invoice) -> Money:
        taken = await repos.pending_lines.taken_by(invoice.id)
        return PendingLine.credit_in([stored.line for stored in taken], Money.zero(invoice.currency))


@final
class InvoiceVoiding:
    """Takes an invoice back as if it had never been: nothing is owed, and the credit in it returns to the balance."""

    def __init__(self, *, ids: IdFactory, clock: Clock) -> None:
        self._postings = Postings(ids=ids, clock=clock)

    async def void(self, repos: Repositories, subscription: Subscription, invoice: Invoice) -> Subscription:
        """Void an invoice that no charge is in flight for and no money has come for.

        The caller holds the locks of the subscription and the invoice, and stores the returned subscription. Raise
        ConflictError `invoice_partly_paid`.
        """
        kept = await KeptCredit.of(repos, invoice)
        journal = self._postings.void(invoice, kept_credit=kept)
        await repos.invoices.update(replace(invoice, status=InvoiceStatus.VOID))
        if journal is not None:
            await repos.ledger.post(journal)
        return subscription.credited(invoice.credit_held + kept)
