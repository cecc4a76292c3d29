from enum import StrEnum

from msgspec import Struct

from duro.billing import (
    ChangeApplied,
    ChangeOnPayment,
    ChangeScheduled,
    InvoiceComposer,
    InvoiceDraft,
    InvoiceLine,
    PlanChangePlan,
    ProratedChange,
)
from duro.kernel import Money
from duro.merchant_api.subscriptions import ChangedSubscription, ForeseenInvoice, PreviewedChange
from duro.public_api.invoices.views import InvoiceLineView, InvoiceView
from duro.public_api.subscriptions.views import ScheduledChangeView, SubscriptionView
from duro.public_api.wire import Written


class ChangedSubscriptionView(Struct, frozen=True, rename="camel"):
    """A subscription after its change of plan was asked for, and the invoice that was written for it at once.

    An invoice of the kind `plan_change` tells whether the change applies: `paid` yes, `void` no, `open` not yet.
    """

    subscription: SubscriptionView
    invoice: InvoiceView | None

    @classmethod
    def of(cls, changed: ChangedSubscription) -> "ChangedSubscriptionView":
        invoice = None if changed.invoice is None else InvoiceView.of(changed.invoice)
        return cls(SubscriptionView.of(changed.subscription), invoice)


class UpcomingInvoiceView(Struct, frozen=True, rename="camel"):
    """The next invoice for a period, as it will be if nothing changes until then; in minor units."""

    period_start: str
    period_end: str
    currency: str
    lines: list[InvoiceLineView]
    subtotal: int
    discount: int
    credit_applied: int
    credit_granted: int
    amount: int
    scheduled_change: ScheduledChangeView | None

    @classmethod
    def of(cls, invoice: ForeseenInvoice) -> "UpcomingInvoiceView":
        return cls(
            period_start=Written.instant(invoice.period.start),
            period_end=Written.instant(invoice.period.end),
            currency=invoice.total.currency.code,
            lines=[InvoiceLineView.of(line) for line in invoice.lines],
            subtotal=invoice.subtotal.amount,
            discount=invoice.discount.amount,
            credit_applied=invoice.credit_applied.amount,
            credit_granted=invoice.credit_granted.amount,
            amount=invoice.total.amount,
            scheduled_change=ScheduledChangeView.optional(invoice.plan_change),
        )


class ChangeEffect(StrEnum):
    """When a change of plan would apply."""

    NOW = "now"
    ON_PAYMENT = "on_payment"
    AT_RENEWAL = "at_renewal"


class ChangePreviewView(Struct, frozen=True, rename="camel"):
    """What a change of plan would do; everything is in minor units.

    `credit` is for the time left on the old terms, `charge` for the new ones. The lines stand on an invoice that is due
    now, of `amountDue`, or else on the next one.
    """

    applies: ChangeEffect
    currency: str
    credit: int
    charge: int
    lines: list[InvoiceLineView]
    discount: int
    credit_applied: int
    credit_granted: int
    amount_due: int
    next_invoice: UpcomingInvoiceView | None

    @classmethod
    def of(cls, preview: PreviewedChange) -> "ChangePreviewView":
        nothing = Money.zero(preview.plan.change.subscription.balance.currency)
        proration, lines, draft = cls._parts(preview.plan, nothing)
        following = preview.next_invoice
        return cls(
            applies=cls._effect(preview.plan),
            currency=nothing.currency.code,
            credit=proration.credit.amount,
            charge=proration.charge.amount,
            lines=[InvoiceLineView.of(line) for line in lines],
            discount=draft.discount.amount,
            credit_applied=draft.credit_applied.amount,
            credit_granted=draft.credit_granted.amount,
            amount_due=draft.total.amount,
            next_invoice=None if following is None else UpcomingInvoiceView.of(following),
        )

    @staticmethod
    def _effect(plan: PlanChangePlan) -> ChangeEffect:
        if isinstance(plan, ChangeScheduled):
            return ChangeEffect.AT_RENEWAL
        return ChangeEffect.ON_PAYMENT if isinstance(plan, ChangeOnPayment) else ChangeEffect.NOW

    @staticmethod
    def _parts(plan: PlanChangePlan, nothing: Money) -> tuple[ProratedChange, tuple[InvoiceLine, ...], InvoiceDraft]:
        """Give what the change is worth, its lines, and the invoice that is due now, of nothing if there is none."""
        no_invoice = InvoiceDraft.netted((), discount=nothing, balance=nothing)
        if isinstance(plan, ChangeScheduled):
            return ProratedChange(nothing, nothing), (), no_invoice
        if isinstance(plan, ChangeApplied):
            return plan.proration, InvoiceComposer.lines(plan.pending_lines), no_invoice
        return plan.proration, plan.draft.lines, plan.draft
