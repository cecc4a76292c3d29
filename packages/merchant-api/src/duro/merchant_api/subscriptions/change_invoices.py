from typing import Final, final

from whenever import Instant

from duro.billing import ChangeInvoiced, ChangeOnPayment
from duro.db.ledger import Postings
from duro.db.records import Invoice, InvoiceKind, InvoiceStatus
from duro.db.repositories import Repositories
from duro.kernel import Clock, ConflictError, IdFactory, InvoiceId, Money
from duro.merchant_api.billing.charge_order import ChargeOrder
from duro.merchant_api.billing.collection import Collection
from duro.merchant_api.billing.settlement_drafts import SettlementDrafts
from duro.merchant_api.subscriptions.change_log import ChangeLog

_REASON: Final = "The merchant changed the plan."


@final
class ChangeInvoices:
    """Writes the invoice of a change of plan together with its attempt; what asks for nothing is settled with it."""

    def __init__(self, collection: Collection, invoice_id: InvoiceId, *, ids: IdFactory, clock: Clock) -> None:
        self._collection = collection
        self._invoice_id = invoice_id
        self._clock = clock
        self._postings = Postings(ids=ids, clock=clock)
        self._settlements = SettlementDrafts(ids=ids, clock=clock)

    async def written(self, repos: Repositories, plan: ChangeInvoiced | ChangeOnPayment) -> ChargeOrder | None:
        """Give the order to finish once the transaction is committed; None if there is nothing to send.

        The caller holds the subscription's lock. Raise ConflictError `payment_method_required` where the change
        applies only once it is paid and there is nothing to charge.
        """
        now, subscription = self._clock.now(), plan.change.subscription
        invoice = self._invoice(plan, now=now)
        await repos.invoices.insert(invoice)
        await ChangeLog.changed(repos, plan.change, invoice)
        journal = self._postings.invoice(invoice)
        if journal is not None:
            await repos.ledger.post(journal)
        if isinstance(plan, ChangeOnPayment) and plan.carried is not None:
            await repos.pending_lines.add(subscription.id, [plan.carried], now=now)
        order = None
        if not invoice.total.is_zero:
            order = await self._collection.claim(repos, subscription, invoice, reason=_REASON)
            if order is None and isinstance(plan, ChangeOnPayment):
                code = "payment_method_required"
                raise ConflictError(code, "The change applies once it is paid, and no payment method can be charged.")
        if order is None:
            waiting = [stored.line for stored in await repos.pending_lines.waiting([subscription.id])]
            settlement, _ = self._settlements.uncollected(subscription, invoice, now=now, pending_lines=waiting)
            await repos.renewals.settle([settlement], now=now)
        return order

    def _invoice(self, plan: ChangeInvoiced | ChangeOnPayment, *, now: Instant) -> Invoice:
        subscription, draft = plan.change.subscription, plan.draft
        nothing = Money.zero(draft.total.currency)
        is_on_payment = isinstance(plan, ChangeOnPayment)
        return Invoice(
            id=self._invoice_id,
            subscription_id=subscription.id,
            customer_id=subscription.customer_id,
            idempotency_key=plan.idempotency_key,
            status=InvoiceStatus.OPEN,
            subtotal=draft.subtotal,
            discount=draft.discount,
            credit_applied=draft.credit_applied,
            total=draft.total,
            amount_paid=nothing,
            amount_refunded=nothing,
            period_start=plan.period.start,
            period_end=plan.period.end,
            paid_at=None,
            rail=None,
            created_at=now,
            kind=InvoiceKind.PLAN_CHANGE if is_on_payment else InvoiceKind.PRORATION,
            credit_granted=draft.credit_granted,
            plan_change=plan.plan_change if is_on_payment else None,
            promo_code_id=plan.promo_code_id if is_on_payment else None,
            lines=draft.lines,
        )
