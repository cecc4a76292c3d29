from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias, final

from whenever import Instant

from duro.billing.amendment import Amendment
from duro.billing.event_type import EventType
from duro.billing.invoice import InvoiceDraft
from duro.billing.invoice_composer import InvoiceComposer
from duro.billing.paid_period import PaidPeriod
from duro.billing.payment_in_progress import PaymentInProgressError
from duro.billing.pending_line import PendingLine
from duro.billing.plan_change import PlanChange
from duro.billing.proration import CycleAnchor, ProratedChange, Proration, ProrationBehavior
from duro.billing.share import Share
from duro.billing.state_machine import SubscriptionStatus
from duro.billing.subscription import Subscription, SubscriptionChange
from duro.kernel import ConflictError, Fault, InvalidInputError, Money, Period, PromoCodeId

_PAID_IN_FULL: Final = PaidPeriod()


class ChangeTiming(StrEnum):
    """When a change of terms takes over."""

    NOW = "now"
    AT_RENEWAL = "at_renewal"


@final
@dataclass(frozen=True, slots=True)
class PlanChangeRequest:
    """What a merchant asks for, with the names under which the old and the new plan stand on an invoice.

    How the current period was paid for says what the time left of it is worth.
    """

    change: PlanChange
    old_name: str
    new_name: str
    behavior: ProrationBehavior = ProrationBehavior.PRORATE
    timing: ChangeTiming = ChangeTiming.NOW
    cycle_anchor: CycleAnchor = CycleAnchor.UNCHANGED
    paid_period: PaidPeriod = _PAID_IN_FULL


@final
@dataclass(frozen=True, slots=True)
class ChangeScheduled:
    """The change waits for the next renewal."""

    change: SubscriptionChange


@final
@dataclass(frozen=True, slots=True)
class ChangeApplied:
    """The change has taken over, and its difference waits for the next invoice."""

    change: SubscriptionChange
    proration: ProratedChange
    pending_lines: tuple[PendingLine, ...]


@final
@dataclass(frozen=True, slots=True)
class ChangeInvoiced:
    """The change has taken over, and its difference is invoiced at once; the invoice moves no period."""

    change: SubscriptionChange
    proration: ProratedChange
    draft: InvoiceDraft
    period: Period
    idempotency_key: str


@final
@dataclass(frozen=True, slots=True)
class ChangeOnPayment:
    """The change begins a new period and takes over once that is paid; until then all is as it was.

    The promo code is what took something off the new period. A total below what the gateway charges is carried: it
    waits as a line for the next invoice.
    """

    change: SubscriptionChange
    plan_change: PlanChange
    proration: ProratedChange
    draft: InvoiceDraft
    period: Period
    idempotency_key: str
    promo_code_id: PromoCodeId | None
    carried: PendingLine | None


PlanChangePlan: TypeAlias = ChangeScheduled | ChangeApplied | ChangeInvoiced | ChangeOnPayment

_WAITING: Final = frozenset({SubscriptionStatus.PAST_DUE, SubscriptionStatus.UNPAID, SubscriptionStatus.PAUSED})


@final
class PlanChangePlanner:
    """What a change of terms or quantity does to a subscription; written down or not, it is also the preview."""

    @classmethod
    def plan(
        cls,
        subscription: Subscription,
        request: PlanChangeRequest,
        *,
        now: Instant,
        is_charge_pending: bool = False,
        minimum: Money | None = None,
    ) -> PlanChangePlan:
        """Decide. The minimum is the least the gateway charges: a difference below it waits for the next invoice.

        Raise PaymentInProgressError; ConflictError for a status, or when a new period would begin before the one that
        is due is billed; InvalidInputError for the terms.
        """
        if is_charge_pending:
            raise PaymentInProgressError
        if subscription.is_terminal or subscription.status is SubscriptionStatus.INCOMPLETE:
            code = "illegal_transition"
            raise ConflictError(code, f"The terms of a subscription that is {subscription.status} can't change.")
        is_anew = cls._is_anew(subscription, request)
        cls._require_acceptable(subscription, request.change, is_anew=is_anew)
        if request.timing is ChangeTiming.AT_RENEWAL or subscription.status in _WAITING:
            return ChangeScheduled(Amendment(subscription).scheduled(request.change))
        if subscription.status is SubscriptionStatus.TRIALING:
            return cls._on_trial(subscription, request)
        decide = cls._anew if is_anew else cls._within
        return decide(subscription, request, now, minimum=minimum or Money.zero(subscription.balance.currency))

    @classmethod
    def _on_trial(cls, subscription: Subscription, request: PlanChangeRequest) -> ChangeApplied:
        """Nothing was paid yet, so nothing is prorated; the first bill is on the new terms."""
        nothing = Money.zero(subscription.balance.currency)
        change = Amendment(subscription).made(request.change, at=subscription.current_period_end)
        return ChangeApplied(change, ProratedChange(nothing, nothing), ())

    @classmethod
    def _within(
        cls, subscription: Subscription, request: PlanChangeRequest, now: Instant, *, minimum: Money
    ) -> ChangeApplied | ChangeInvoiced:
        proration = Proration(cls._share_left(subscription, request, now)).change_plan(
            old=subscription.terms.price(subscription.quantity),
            new=request.change.terms.price(request.change.quantity),
            old_discount=request.paid_period.discount_on(subscription.terms.plan_id),
            new_discount=request.paid_period.discount_on(request.change.terms.plan_id),
        )
        proration = proration.returning(request.paid_period.returnable, is_anew=False)
        lines = () if proration.net.is_zero else proration.lines(old_name=request.old_name, new_name=request.new_name)
        made = Amendment(subscription).made(request.change, at=now)
        if request.behavior is not ProrationBehavior.INVOICE_NOW or not lines:
            return ChangeApplied(made, proration, lines)
        draft = InvoiceDraft.netted(
            InvoiceComposer.lines(lines),
            discount=Money.zero(subscription.balance.currency),
            balance=subscription.balance,
        )
        if not draft.total.is_zero and draft.total < minimum:
            return ChangeApplied(made, proration, lines)
        return ChangeInvoiced(
            change=made.followed_by(cls._claimed(made.subscription, draft)),
            proration=proration,
            draft=draft,
            period=Period(now, subscription.current_period_end),
            idempotency_key=cls._key(subscription),
        )

    @classmethod
    def _anew(
        cls, subscription: Subscription, request: PlanChangeRequest, now: Instant, *, minimum: Money
    ) -> ChangeOnPayment:
        if subscription.is_due(now):
            code = "renewal_due"
            raise ConflictError(code, "A renewal is due. Try again once it is settled.")
        begun = Amendment(subscription).foreseen(request.change, at=now)
        proration = Proration(cls._share_left(subscription, request, now)).change_plan(
            old=subscription.terms.price(subscription.quantity),
            new=request.change.terms.price(request.change.quantity),
            anchor=CycleAnchor.NOW,
            old_discount=request.paid_period.discount_on(subscription.terms.plan_id),
            new_discount=begun.discount,
            new_share=begun.next_share(),
        )
        proration = proration.returning(request.paid_period.returnable, is_anew=True)
        line = InvoiceComposer.period_line(begun, request.new_name, begun.next_share())
        prorated = proration.lines(old_name=request.old_name, new_name=request.new_name)
        draft, carried = InvoiceDraft.netted(
            (*InvoiceComposer.lines([part for part in prorated if part.is_credit]), line),
            discount=line.amount - proration.charge,
            balance=subscription.balance,
        ).carried(minimum)
        return ChangeOnPayment(
            change=cls._claimed(subscription, draft),
            plan_change=request.change,
            proration=proration,
            draft=draft,
            period=begun.next_period(),
            idempotency_key=cls._key(subscription),
            promo_code_id=begun.promo_code_id,
            carried=carried,
        )

    @staticmethod
    def _share_left(subscription: Subscription, request: PlanChangeRequest, now: Instant) -> Share:
        if request.behavior is ProrationBehavior.NONE or request.paid_period.is_worth_nothing:
            return Share.NOTHING
        return Amendment(subscription).share_left(now)

    @staticmethod
    def _is_anew(subscription: Subscription, request: PlanChangeRequest) -> bool:
        has_new_cadence = request.change.terms.cadence != subscription.terms.cadence
        return has_new_cadence or request.cycle_anchor is CycleAnchor.NOW

    @staticmethod
    def _require_acceptable(subscription: Subscription, change: PlanChange, *, is_anew: bool) -> None:
        """Terms never name a limit that is passed already, nor one that the new period would pass."""
        faults: list[Fault] = []
        if change.terms.amount.currency != subscription.balance.currency:
            faults.append(Fault("planId", "must be a plan in the subscription's currency"))
        limit, cycles = change.terms.max_cycles, subscription.cycles_completed + (1 if is_anew else 0)
        if limit is not None and cycles > limit:
            faults.append(Fault("planId", "must be a plan that allows more cycles than are paid for"))
        if faults:
            raise InvalidInputError(faults)

    @staticmethod
    def _claimed(subscription: Subscription, draft: InvoiceDraft) -> SubscriptionChange:
        return subscription.credited(draft.credit_granted - draft.credit_applied).told(EventType.INVOICE_CREATED)

    @staticmethod
    def _key(subscription: Subscription) -> str:
        """Name the change by what has been told so far, which the invoice itself adds to."""
        return f"plan_change_{subscription.id}_{subscription.event_sequence}"
