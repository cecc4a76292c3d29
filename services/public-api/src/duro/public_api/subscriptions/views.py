from msgspec import Struct

from duro.billing import Interval, PlanChange, Subscription, SubscriptionStatus, Terms
from duro.db.pages import Page
from duro.public_api.promo_codes.views import PromotionView
from duro.public_api.wire import PageView, Written


class TermsView(Struct, frozen=True, rename="camel"):
    """What is paid and how often, copied from the plan at the start; `amount` is in minor units."""

    plan_id: str
    amount: int
    currency: str
    interval: Interval
    interval_count: int
    max_cycles: int | None

    @classmethod
    def of(cls, terms: Terms) -> "TermsView":
        return cls(
            plan_id=str(terms.plan_id),
            amount=terms.amount.amount,
            currency=terms.amount.currency.code,
            interval=terms.cadence.interval,
            interval_count=terms.cadence.count,
            max_cycles=terms.max_cycles,
        )


class ScheduledChangeView(Struct, frozen=True, rename="camel"):
    """The terms and the quantity that take over at the next renewal."""

    terms: TermsView
    quantity: int

    @classmethod
    def optional(cls, change: PlanChange | None) -> "ScheduledChangeView | None":
        return None if change is None else cls(TermsView.of(change.terms), change.quantity)


class SubscriptionView(Struct, frozen=True, rename="camel"):
    """A subscription as merchants see it; `balance` is credit in minor units."""

    id: str
    customer_id: str
    status: SubscriptionStatus
    terms: TermsView
    zone: str
    quantity: int
    payment_method_id: str | None
    billing_day: int | None
    anchor: str
    current_period_start: str
    current_period_end: str
    trial_ends_at: str | None
    cycles_completed: int
    cancel_at_period_end: bool
    scheduled_change: ScheduledChangeView | None
    balance: int
    promotion: PromotionView | None
    metadata: dict[str, str]
    test_clock_id: str | None
    access_ends_at: str | None
    canceled_at: str | None
    created_at: str

    @classmethod
    def of(cls, subscription: Subscription) -> "SubscriptionView":
        method = subscription.payment_method_id
        return cls(
            id=str(subscription.id),
            customer_id=str(subscription.customer_id),
            status=subscription.status,
            terms=TermsView.of(subscription.terms),
            zone=subscription.zone,
            quantity=subscription.quantity,
            payment_method_id=None if method is None else str(method),
            billing_day=subscription.billing_day,
            anchor=Written.instant(subscription.anchor),
            current_period_start=Written.instant(subscription.current_period_start),
            current_period_end=Written.instant(subscription.current_period_end),
            trial_ends_at=Written.optional(subscription.trial_ends_at),
            cycles_completed=subscription.cycles_completed,
            cancel_at_period_end=subscription.cancel_at_period_end,
            scheduled_change=ScheduledChangeView.optional(subscription.scheduled_change),
            balance=subscription.balance.amount,
            promotion=PromotionView.optional(subscription.promotion),
            metadata=dict(subscription.metadata),
            test_clock_id=None if subscription.test_clock_id is None else str(subscription.test_clock_id),
            access_ends_at=Written.optional(subscription.access_ends_at),
            canceled_at=Written.optional(subscription.canceled_at),
            created_at=Written.instant(subscription.created_at),
        )


class SubscriptionPage(PageView[SubscriptionView], frozen=True, rename="camel"):
    """One page of subscriptions."""

    @classmethod
    def of(cls, page: Page[Subscription]) -> "SubscriptionPage":
        return cls([SubscriptionView.of(item) for item in page.items], page.has_more, page.next_cursor)
