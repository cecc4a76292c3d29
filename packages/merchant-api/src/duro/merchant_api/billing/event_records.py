from typing import final

from whenever import Instant

from duro.billing import Subscription, SubscriptionChange
from duro.db.records import Event, Invoice
from duro.kernel import EventId, IdFactory


@final
class EventRecords:
    """The outbox rows of a change: one per event, numbered in the subscription's own sequence."""

    def __init__(self, ids: IdFactory) -> None:
        self._ids = ids

    def of(
        self,
        change: SubscriptionChange,
        *,
        now: Instant,
        invoice: Invoice | None = None,
        failure_code: str | None = None,
        skipped_periods: int | None = None,
    ) -> tuple[Event, ...]:
        """Write down the change's events; all of them show the subscription as it is after the change."""
        first = change.subscription.event_sequence - len(change.events) + 1
        data = self.data(change.subscription, invoice, failure_code=failure_code)
        if skipped_periods is not None:
            data["skippedPeriods"] = skipped_periods
        return tuple(
            Event(
                id=self._ids.new(EventId),
                type=event_type.value,
                subscription_id=change.subscription.id,
                sequence=sequence,
                data=data,
                created_at=now,
            )
            for sequence, event_type in enumerate(change.events, start=first)
        )

    @staticmethod
    def data(
        subscription: Subscription, invoice: Invoice | None = None, *, failure_code: str | None = None
    ) -> dict[str, object]:
        """Show the subscription, and the invoice it is about, as merchants read them."""
        data: dict[str, object] = {
            "subscriptionId": str(subscription.id),
            "customerId": str(subscription.customer_id),
            "planId": str(subscription.terms.plan_id),
            "status": subscription.status.value,
            "currentPeriodStart": subscription.current_period_start.format_iso(),
            "currentPeriodEnd": subscription.current_period_end.format_iso(),
            "cyclesCompleted": subscription.cycles_completed,
            "cancelAtPeriodEnd": subscription.cancel_at_period_end,
        }
        if invoice is not None:
            data |= {
                "invoiceId": str(invoice.id),
                "amount": invoice.total.amount,
                "currency": invoice.currency.code,
                "periodStart": invoice.period_start.format_iso(),
                "periodEnd": invoice.period_end.format_iso(),
            }
        if failure_code is not None:
            data["failureCode"] = failure_code
        return data
