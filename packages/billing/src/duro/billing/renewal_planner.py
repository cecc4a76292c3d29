from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias, final

from whenever import Instant

from duro.billing.amendment import Amendment
from duro.billing.event_type import EventType
from duro.billing.invoice import InvoiceDraft
from duro.billing.invoice_composer import InvoiceComposer
from duro.billing.pending_line import PendingLine
from duro.billing.plan_change import PlanChange
from duro.billing.state_machine import SubscriptionStatus
from duro.billing.subscription import Subscription, SubscriptionChange
from duro.kernel import Money, Period, PromoCodeId


class SkipReason(StrEnum):
    """Why a subscription isn't to be renewed now."""

    NOT_RENEWING = "not_renewing"
    NOT_DUE = "not_due"
    CATCHING_UP = "catching_up"


@final
@dataclass(frozen=True, slots=True)
class NotRenewable:
    """Nothing is to be done."""

    reason: SkipReason


@final
@dataclass(frozen=True, slots=True)
class EndAtPeriod:
    """It was to be canceled at this boundary."""

    change: SubscriptionChange


@final
@dataclass(frozen=True, slots=True)
class ReachLimit:
    """It has been paid for as often as its terms allow."""

    change: SubscriptionChange


@final
@dataclass(frozen=True, slots=True)
class Bill:
    """The next period is to be billed.

    The key is the same whenever the same period is planned. The change is the claim's: the credit is taken and the
    invoice is told of; it is for the one who inserts the invoice, not for one who finds it there already. The plan
    change is what the invoice was composed on; it belongs to the invoice until that is settled, and so does the promo
    code that took something off. A total below what the gateway charges is carried: it waits as a line for the next
    invoice.
    """

    period: Period
    draft: InvoiceDraft
    idempotency_key: str
    change: SubscriptionChange
    plan_change: PlanChange | None = None
    promo_code_id: PromoCodeId | None = None
    carried: PendingLine | None = None


RenewalPlan: TypeAlias = NotRenewable | EndAtPeriod | ReachLimit | Bill


@final
class RenewalPlanner:
    """What a renewal has to do with a subscription at an instant."""

    @classmethod
    def plan(
        cls,
        subscription: Subscription,
        plan_name: str,
        now: Instant,
        *,
        starting: bool = False,
        pending_lines: Sequence[PendingLine] = (),
        minimum: Money | None = None,
    ) -> RenewalPlan:
        """Decide; `starting` admits a subscription that still waits for its first payment.

        The plan name is that of the plan the subscription renews on. The pending lines are all that wait for the next
        invoice: it takes them up, or they end with the subscription. The minimum is the least the gateway charges.
        """
        is_first = starting and subscription.status is SubscriptionStatus.INCOMPLETE
        if not (is_first or subscription.is_renewing or subscription.is_ending):
            return NotRenewable(SkipReason.NOT_RENEWING)
        if now < subscription.current_period_end:
            return NotRenewable(SkipReason.NOT_DUE)
        if subscription.is_ending:
            return EndAtPeriod(subscription.end_at_period(pending_lines))
        renewed = Amendment(subscription).as_renewed
        if renewed.has_reached_limit:
            return ReachLimit(subscription.reach_limit(pending_lines))
        if now < subscription.renews_at:
            return NotRenewable(SkipReason.CATCHING_UP)
        draft = InvoiceComposer.compose(renewed, plan_name, pending_lines=pending_lines)
        return cls._bill(subscription, renewed, draft, minimum)

    @classmethod
    def upcoming(
        cls,
        subscription: Subscription,
        plan_name: str,
        *,
        pending_lines: Sequence[PendingLine] = (),
        minimum: Money | None = None,
    ) -> RenewalPlan:
        """Foresee the renewal that comes next, as it will be if nothing changes until then."""
        return cls.plan(
            subscription,
            plan_name,
            subscription.renews_at,
            starting=True,
            pending_lines=pending_lines,
            minimum=minimum,
        )

    @classmethod
    def _bill(
        cls, subscription: Subscription, renewed: Subscription, full: InvoiceDraft, minimum: Money | None
    ) -> Bill:
        period = renewed.next_period()
        draft, carried = (full, None) if minimum is None else full.carried(minimum)
        claimed = subscription.credited(draft.credit_granted - draft.credit_applied)
        return Bill(
            period=period,
            draft=draft,
            idempotency_key=cls._key(subscription, period),
            change=claimed.told(EventType.INVOICE_CREATED),
            plan_change=subscription.scheduled_change,
            promo_code_id=renewed.promo_code_id,
            carried=carried,
        )

    @staticmethod
    def _key(subscription: Subscription, period: Period) -> str:
        """Name the period by its start to the second: no two periods of a subscription start within one."""
        return f"renewal_{subscription.id}_{period.start.format_iso(basic=True, unit='second')}"
