from dataclasses import dataclass, replace
from typing import final

from duro.billing import Subscription
from duro.db.records import Invoice, InvoiceStatus
from duro.kernel import Money


@final
@dataclass(frozen=True, slots=True)
class OwedAgain:
    """An invoice as money finds it: one that was given up is owed again, and its subscription's credit pays with it.

    It takes the credit that it had before, if that is still there, and as much more as the money falls short of.
    """

    subscription: Subscription
    invoice: Invoice

    @classmethod
    def of(cls, subscription: Subscription, invoice: Invoice, *, payment: Money) -> "OwedAgain | None":
        """Return None for one that was given up if the money and all credit there is aren't enough for it."""
        if invoice.status is not InvoiceStatus.UNCOLLECTIBLE:
            return cls(subscription, invoice)
        owed = invoice.amount_remaining + invoice.credit_applied
        credit = min(subscription.balance, max(invoice.credit_applied, owed - payment))
        if payment + credit < owed:
            return None
        total = invoice.total + invoice.credit_applied - credit
        anew = replace(invoice, status=InvoiceStatus.OPEN, credit_applied=credit, total=total)
        return cls(subscription.credited(-credit), anew)

    @staticmethod
    def asked_for(subscription: Subscription, invoice: Invoice) -> Money:
        """Say what a charge of it asks for: of one that was given up also credit that it had and that is gone since."""
        if invoice.status is not InvoiceStatus.UNCOLLECTIBLE:
            return invoice.amount_remaining
        return invoice.amount_remaining + invoice.credit_applied - min(subscription.balance, invoice.credit_applied)
