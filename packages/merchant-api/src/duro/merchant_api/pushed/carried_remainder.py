from dataclasses import dataclass, replace
from typing import final

from duro.billing import InvoiceLine, PendingLine
from duro.db.records import Invoice, InvoiceKind, InvoiceStatus
from duro.kernel import Money


@final
@dataclass(frozen=True, slots=True)
class CarriedRemainder:
    """What money leaves of an invoice where that is too little to charge: the next invoice asks for it.

    The invoice asks for that much less, by a line that says so, and the money pays it in full.
    """

    invoice: Invoice
    line: InvoiceLine
    pending: PendingLine

    @classmethod
    def of(cls, invoice: Invoice, payment: Money, *, minimum: Money) -> "CarriedRemainder | None":
        """Return None where nothing is left or it can be charged, and for a change of plan, which is paid whole."""
        rest = invoice.amount_remaining - payment
        is_carried = Money.zero(rest.currency) < rest < minimum
        if not is_carried or invoice.status is not InvoiceStatus.OPEN or invoice.kind is InvoiceKind.PLAN_CHANGE:
            return None
        line = InvoiceLine.single("Carried to the next invoice", -rest)
        less = replace(
            invoice, subtotal=invoice.subtotal - rest, total=invoice.total - rest, lines=(*invoice.lines, line)
        )
        return cls(less, line, PendingLine("Carried from the last invoice", rest))
