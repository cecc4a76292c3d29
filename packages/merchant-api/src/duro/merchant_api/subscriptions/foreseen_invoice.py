from dataclasses import dataclass
from typing import final

from duro.billing import Bill, InvoiceLine, PlanChange
from duro.db.records import Invoice
from duro.kernel import Money, Period


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ForeseenInvoice:
    """The next invoice for a period as it will be if nothing changes until then.

    The plan change is what is scheduled to take over with it.
    """

    period: Period
    lines: tuple[InvoiceLine, ...]
    subtotal: Money
    discount: Money
    credit_applied: Money
    credit_granted: Money
    total: Money
    plan_change: PlanChange | None

    @classmethod
    def of(cls, bill: Bill) -> "ForeseenInvoice":
        """Show what a renewal will bill."""
        draft = bill.draft
        return cls(
            period=bill.period,
            lines=draft.lines,
            subtotal=draft.subtotal,
            discount=draft.discount,
            credit_applied=draft.credit_applied,
            credit_granted=draft.credit_granted,
            total=draft.total,
            plan_change=bill.plan_change,
        )

    @classmethod
    def written(cls, invoice: Invoice) -> "ForeseenInvoice":
        """Show one that is written already and still to be paid."""
        return cls(
            period=invoice.period,
            lines=invoice.lines,
            subtotal=invoice.subtotal,
            discount=invoice.discount,
            credit_applied=invoice.credit_applied,
            credit_granted=invoice.credit_granted,
            total=invoice.total,
            plan_change=invoice.plan_change,
        )
