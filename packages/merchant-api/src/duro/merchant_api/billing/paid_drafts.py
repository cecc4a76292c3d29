from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import final

from whenever import Instant

from duro.billing import (
    ChargeOutcome,
    MissedPeriods,
    MissedPeriodsPlanner,
    SkipMissed,
    Subscription,
    SubscriptionChange,
    SubscriptionStatus,
)
from duro.db.ledger import Postings
from duro.db.message_rows import Message
from duro.db.records import AttemptStatus, Invoice, InvoiceKind, InvoiceStatus, Journal, PaymentAttempt
from duro.db.renewal_rows import RenewalSettlement, SettlementSubject
from duro.kernel import Clock, EntityId, IdFactory, Money
from duro.merchant_api.billing.event_records import EventRecords
from duro.merchant_api.billing.outcomes import RenewalOutcome
from duro.merchant_api.billing.owed_again import OwedAgain
from duro.merchant_api.messages.message_drafts import MessageDrafts
from duro.payments import ProviderFee


@final
@dataclass(frozen=True, slots=True)
class PaidWith:
    """The money that pays an invoice: what it is called, how it came, and what it posts; a charge's has an attempt."""

    payment: EntityId
    amount: Money
    rail: str
    journals: tuple[Journal, ...] = ()
    attempt: PaymentAttempt | None = None


@final
class PaidDrafts:
    """The rows of an invoice that money has paid: what that means for its subscription, and what its payer is told."""

    def __init__(self, *, ids: IdFactory, clock: Clock) -> None:
        self._events = EventRecords(ids)
        self._postings = Postings(ids=ids, clock=clock)
        self._messages = MessageDrafts(ids)

    def money(self, invoice: Invoice, attempt: PaymentAttempt | None) -> PaidWith | None:
        """Say what a charge brought for an invoice, and what that posts; None if there was no charge."""
        if attempt is None:
            return None
        journal = self._postings.payment(attempt, remaining=invoice.amount_remaining)
        return PaidWith(attempt.id, attempt.amount, attempt.rail, (journal,), attempt)

    def advanced(
        self,
        change: SubscriptionChange,
        subscription: Subscription,
        invoice: Invoice,
        money: PaidWith | None,
        *,
        now: Instant,
        missed_periods: MissedPeriods | None,
    ) -> RenewalSettlement:
        """Draft that an invoice is paid and what follows: the end of the plan, periods left out, a receipt."""
        paid = self.paid(change, invoice, money, now=now)
        kept_at_end = change.subscription.balance - subscription.balance
        paid = self._ended(paid, self._postings.credit_at_end(subscription.id, kept_at_end))
        is_behind = subscription.is_in_recovery or subscription.renews_from is not None
        if is_behind and invoice.kind is InvoiceKind.PERIOD:
            paid = self._caught_up(paid, missed_periods, now=now)
        told = self._told(subscription, paid.subscription, invoice, money, now=now)
        return replace(paid, messages=tuple(told))

    def _told(
        self, before: Subscription, after: Subscription, invoice: Invoice, money: PaidWith | None, *, now: Instant
    ) -> Iterator[Message]:
        """Tell of the start that a first payment is, even of nothing, and of the money."""
        if before.status is SubscriptionStatus.INCOMPLETE:
            yield self._messages.welcomed(after, now=now)
        if money is not None:
            yield from self._messages.paid(after, invoice, payment=money.payment, amount=money.amount, now=now)

    def paid(
        self, change: SubscriptionChange, invoice: Invoice, money: PaidWith | None, *, now: Instant
    ) -> RenewalSettlement:
        """Draft that an invoice is paid in full, and the events of the change that this is."""
        paid = replace(
            invoice,
            status=InvoiceStatus.PAID,
            amount_paid=invoice.total,
            paid_at=now,
            rail=None if money is None else money.rail,
        )
        return RenewalSettlement(
            subscription=change.subscription,
            invoice=paid,
            attempt=None if money is None else money.attempt,
            journals=self._payment(invoice, money),
            events=self._events.of(change, now=now, invoice=paid),
            lapsed_at=now if change.subscription.is_terminal else None,
        )

    @staticmethod
    def _ended(paid: RenewalSettlement, journal: Journal | None) -> RenewalSettlement:
        return paid if journal is None else replace(paid, journals=(*paid.journals, journal))

    def _caught_up(
        self, recovered: RenewalSettlement, chosen: MissedPeriods | None, *, now: Instant
    ) -> RenewalSettlement:
        """Leave out the periods that went by while the payer owed, where the merchant wants that or it is usual.

        Where they are to be billed, the scanner has them renewed one by one, oldest first, a day apart.
        """
        policy = chosen or MissedPeriods.usual_for(recovered.subscription.terms.cadence)
        missed = MissedPeriodsPlanner.plan(recovered.subscription, policy, now)
        if not isinstance(missed, SkipMissed):
            return replace(recovered, subscription=MissedPeriodsPlanner.paced(recovered.subscription, policy, now))
        events = self._events.of(missed.change, now=now, skipped_periods=missed.skipped_periods)
        return replace(recovered, subscription=missed.change.subscription, events=(*recovered.events, *events))

    def _payment(self, invoice: Invoice, money: PaidWith | None) -> tuple[Journal, ...]:
        if money is None:
            return ()
        if invoice.marked_uncollectible_at is not None:
            return self._postings.uncollectible_recovered(invoice), *money.journals
        return money.journals

    @staticmethod
    def owed_again(subject: SettlementSubject) -> SettlementSubject:
        """Let a charge find its invoice owed again if that was given up and the charge brings enough for it."""
        found = OwedAgain.of(subject.subscription, subject.invoice, payment=subject.attempt.amount)
        return subject if found is None else replace(subject, subscription=found.subscription, invoice=found.invoice)

    @staticmethod
    def is_in_vain(subject: SettlementSubject, outcome: ChargeOutcome) -> bool:
        """Say whether a charge has nothing to pay: other money came, or it isn't enough for what was given up."""
        status = subject.invoice.status
        is_short = outcome is ChargeOutcome.PAID and status is InvoiceStatus.UNCOLLECTIBLE
        return is_short or status is InvoiceStatus.PAID

    @staticmethod
    def _payable(invoice: Invoice) -> Money:
        """Say how much money it takes: one that is still given up takes none."""
        is_given_up = invoice.status is InvoiceStatus.UNCOLLECTIBLE
        return Money.zero(invoice.currency) if is_given_up else invoice.amount_remaining

    def taken(self, subject: SettlementSubject, fee: Money | None, *, now: Instant) -> PaymentAttempt:
        """Take note of a charge's success; what other money left it nothing to pay for is credit."""
        kept = ProviderFee.of(fee, amount=subject.attempt.amount)
        surplus = subject.attempt.amount - self._payable(subject.invoice)
        credited = surplus if surplus.amount > 0 else None
        return replace(subject.attempt, status=AttemptStatus.SUCCEEDED, settled_at=now, credited=credited, fee=kept)

    def found_paid(
        self, subject: SettlementSubject, attempt: PaymentAttempt
    ) -> tuple[RenewalSettlement, RenewalOutcome]:
        """Settle a charge of an invoice that takes no money any more: all that it took is the payer's credit."""
        settlement = RenewalSettlement(subscription=subject.subscription, attempt=attempt)
        if attempt.credited is None:
            return settlement, RenewalOutcome.DUNNING
        journal = self._postings.payment(attempt, remaining=self._payable(subject.invoice))
        return replace(settlement, journals=(journal,)), RenewalOutcome.CHARGED

    @staticmethod
    def with_surplus(settlement: RenewalSettlement, attempt: PaymentAttempt) -> RenewalSettlement:
        """Credit what a charge took and its invoice didn't need."""
        if attempt.credited is None:
            return settlement
        return replace(settlement, subscription=settlement.subscription.credited(attempt.credited))
