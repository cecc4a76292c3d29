from collections.abc import Iterable, Sequence
from typing import TypeAlias, final

from whenever import Instant

from duro.billing import Subscription
from duro.db.amendments import PlanChangeJson, PromotionJson
from duro.db.credit_rows import CreditGrant
from duro.db.message_rows import Message
from duro.db.records import DunningSchedule, Event, Invoice, Journal, PaymentAttempt, Refund
from duro.db.renewal_rows import CaseEnd, RenewalClaim, RenewalSettlement
from duro.kernel import InvoiceId

ColumnArrays: TypeAlias = list[list[object]]


@final
class RenewalColumns:
    """Rows turned into one array per column, in the order the statements under `sql/` unnest them."""

    @classmethod
    def invoices(cls, invoices: Sequence[Invoice]) -> ColumnArrays:
        return cls._transpose(
            16,
            (
                (
                    invoice.id.value,
                    invoice.subscription_id.value,
                    invoice.customer_id.value,
                    invoice.kind.value,
                    invoice.idempotency_key,
                    invoice.currency.code,
                    invoice.subtotal.amount,
                    invoice.discount.amount,
                    invoice.credit_applied.amount,
                    invoice.total.amount,
                    invoice.credit_granted.amount,
                    invoice.period_start,
                    invoice.period_end,
                    PlanChangeJson.write(invoice.plan_change),
                    None if invoice.promo_code_id is None else invoice.promo_code_id.value,
                    invoice.created_at,
                )
                for invoice in invoices
            ),
        )

    @classmethod
    def invoice_lines(cls, invoices: Sequence[Invoice]) -> ColumnArrays:
        return cls._transpose(
            6,
            (
                (
                    invoice.id.value,
                    position,
                    line.description,
                    line.quantity,
                    line.unit_amount.amount,
                    line.amount.amount,
                )
                for invoice in invoices
                for position, line in enumerate(invoice.lines, start=1)
            ),
        )

    @classmethod
    def attempts(cls, attempts: Sequence[PaymentAttempt]) -> ColumnArrays:
        return cls._transpose(
            11,
            (
                (
                    attempt.id.value,
                    attempt.invoice_id.value,
                    attempt.subscription_id.value,
                    attempt.payment_method_id.value,
                    attempt.provider,
                    attempt.rail,
                    attempt.amount.amount,
                    attempt.amount.currency.code,
                    attempt.reason,
                    attempt.claimed_until,
                    attempt.created_at,
                )
                for attempt in attempts
            ),
        )

    @classmethod
    def claimed_journals(cls, journals: Sequence[tuple[Journal, InvoiceId]]) -> ColumnArrays:
        return cls._transpose(
            4,
            (
                (journal.id.value, invoice_id.value, journal.currency.code, journal.created_at)
                for journal, invoice_id in journals
            ),
        )

    @classmethod
    def claimed_entries(cls, journals: Sequence[tuple[Journal, InvoiceId]]) -> ColumnArrays:
        return cls._transpose(
            6,
            (
                (
                    journal.id.value,
                    invoice_id.value,
                    position,
                    entry.account,
                    entry.amount.amount,
                    journal.currency.code,
                )
                for journal, invoice_id in journals
                for position, entry in enumerate(journal.entries, start=1)
            ),
        )

    @classmethod
    def claimed_events(cls, events: Sequence[tuple[Event, InvoiceId]]) -> ColumnArrays:
        return cls._transpose(
            7,
            (
                (
                    event.id.value,
                    invoice_id.value,
                    event.type,
                    event.subscription_id.value,
                    event.sequence,
                    event.data,
                    event.created_at,
                )
                for event, invoice_id in events
            ),
        )

    @classmethod
    def claimed_subscriptions(cls, claimed: Sequence[tuple[Subscription, Invoice]]) -> ColumnArrays:
        return cls._transpose(
            5,
            (
                (
                    subscription.id.value,
                    invoice.id.value,
                    subscription.balance.amount,
                    subscription.event_sequence,
                    invoice.created_at,
                )
                for subscription, invoice in claimed
            ),
        )

    @classmethod
    def taken_lines(cls, claims: Sequence[RenewalClaim]) -> ColumnArrays:
        return cls._transpose(
            2, ((line_id.value, claim.invoice.id.value) for claim in claims for line_id in claim.taken_lines)
        )

    @classmethod
    def carried_lines(cls, claims: Sequence[RenewalClaim]) -> ColumnArrays:
        return cls._transpose(
            7,
            (
                (
                    carried.id.value,
                    claim.invoice.id.value,
                    carried.subscription_id.value,
                    carried.line.description,
                    carried.line.amount.amount,
                    carried.line.amount.currency.code,
                    carried.created_at,
                )
                for claim in claims
                if (carried := claim.carried) is not None
            ),
        )

    @classmethod
    def attempt_results(cls, attempts: Sequence[PaymentAttempt]) -> ColumnArrays:
        return cls._transpose(
            7,
            (
                (
                    attempt.id.value,
                    attempt.status.value,
                    attempt.failure_code,
                    attempt.failure_message,
                    attempt.advice_code,
                    attempt.settled_at,
                    0 if attempt.credited is None else attempt.credited.amount,
                )
                for attempt in attempts
            ),
        )

    @staticmethod
    def counted(settlements: Sequence[RenewalSettlement], *, is_verdict: bool) -> list[object]:
        """Return the attempts that were a bank's verdict, or those that turned out to be none."""
        return [
            each.attempt.id.value for each in settlements if each.attempt is not None and each.is_verdict is is_verdict
        ]

    @staticmethod
    def fees(attempts: Sequence[PaymentAttempt]) -> list[object]:
        """Return what providers kept, an attempt each, in the order of their results."""
        return [None if attempt.fee is None else attempt.fee.amount for attempt in attempts]

    @classmethod
    def invoice_results(cls, invoices: Sequence[Invoice]) -> ColumnArrays:
        return cls._transpose(
            6,
            (
                (
                    invoice.id.value,
                    invoice.status.value,
                    invoice.amount_paid.amount,
                    invoice.paid_at,
                    invoice.rail,
                    invoice.marked_uncollectible_at,
                )
                for invoice in invoices
            ),
        )

    @classmethod
    def subscription_results(cls, subscriptions: Sequence[Subscription], *, now: Instant) -> ColumnArrays:
        return cls._transpose(
            21,
            (
                (
                    subscription.id.value,
                    subscription.status.value,
                    subscription.anchor,
                    subscription.current_period_start,
                    subscription.current_period_end,
                    subscription.cycles_completed,
                    subscription.balance.amount,
                    subscription.access_ends_at,
                    subscription.canceled_at,
                    subscription.event_sequence,
                    subscription.terms.plan_id.value,
                    subscription.terms.amount.amount,
                    subscription.terms.cadence.interval.value,
                    subscription.terms.cadence.count,
                    subscription.terms.max_cycles,
                    subscription.quantity,
                    subscription.zone,
                    subscription.billing_day,
                    PlanChangeJson.write(subscription.scheduled_change),
                    PromotionJson.write(subscription.promotion),
                    now,
                )
                for subscription in subscriptions
            ),
        )

    @classmethod
    def lapsed_lines(cls, settlements: Sequence[RenewalSettlement]) -> ColumnArrays:
        return cls._transpose(
            2,
            (
                (settlement.subscription.id.value, settlement.lapsed_at)
                for settlement in settlements
                if settlement.lapsed_at is not None
            ),
        )

    @classmethod
    def journals(cls, journals: Sequence[Journal]) -> ColumnArrays:
        return cls._transpose(
            5,
            (
                (
                    journal.id.value,
                    journal.cause_type.value,
                    journal.cause_id,
                    journal.currency.code,
                    journal.created_at,
                )
                for journal in journals
            ),
        )

    @classmethod
    def entries(cls, journals: Sequence[Journal]) -> ColumnArrays:
        return cls._transpose(
            5,
            (
                (journal.id.value, position, entry.account, entry.amount.amount, journal.currency.code)
                for journal in journals
                for position, entry in enumerate(journal.entries, start=1)
            ),
        )

    @classmethod
    def schedules(cls, schedules: Sequence[DunningSchedule]) -> ColumnArrays:
        return cls._transpose(
            13,
            (
                (
                    schedule.id.value,
                    schedule.invoice_id.value,
                    schedule.subscription_id.value,
                    schedule.state.value,
                    schedule.category,
                    schedule.rail,
                    schedule.attempts_made,
                    schedule.next_attempt_at,
                    schedule.reason,
                    schedule.opened_at,
                    schedule.wake_at,
                    schedule.amount.amount,
                    schedule.amount.currency.code,
                )
                for schedule in schedules
            ),
        )

    @classmethod
    def case_ends(cls, ends: Sequence[CaseEnd]) -> ColumnArrays:
        return cls._transpose(3, ((end.id.value, end.invoice_id.value, end.reason) for end in ends))

    @classmethod
    def refunds(cls, refunds: Sequence[Refund]) -> ColumnArrays:
        return cls._transpose(
            8,
            (
                (
                    refund.id.value,
                    refund.attempt_id.value,
                    refund.invoice_id.value,
                    refund.amount.amount,
                    refund.amount.currency.code,
                    refund.reason,
                    refund.claimed_until,
                    refund.created_at,
                )
                for refund in refunds
            ),
        )

    @classmethod
    def grants(cls, grants: Sequence[CreditGrant]) -> ColumnArrays:
        return cls._transpose(
            7,
            (
                (
                    grant.id.value,
                    grant.subscription_id.value,
                    None if grant.invoice_id is None else grant.invoice_id.value,
                    grant.amount.amount,
                    grant.amount.currency.code,
                    grant.reason,
                    grant.created_at,
                )
                for grant in grants
            ),
        )

    @classmethod
    def events(cls, events: Sequence[Event]) -> ColumnArrays:
        return cls._transpose(
            6,
            (
                (
                    event.id.value,
                    event.type,
                    event.subscription_id.value,
                    event.sequence,
                    event.data,
                    event.created_at,
                )
                for event in events
            ),
        )

    @classmethod
    def messages(cls, messages: Sequence[Message]) -> ColumnArrays:
        return cls._transpose(
            9,
            (
                (
                    message.id.value,
                    message.kind.value,
                    message.cause,
                    message.customer_id.value,
                    None if message.subscription_id is None else message.subscription_id.value,
                    None if message.invoice_id is None else message.invoice_id.value,
                    message.facts.encode(),
                    message.send_at,
                    message.created_at,
                )
                for message in messages
            ),
        )

    @staticmethod
    def _transpose(width: int, rows: Iterable[Sequence[object]]) -> ColumnArrays:
        columns = [list(column) for column in zip(*rows, strict=True)]
        return columns or [[] for _ in range(width)]
