from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias, final

from duro.billing.state_machine import SubscriptionStatus
from duro.billing.subscription import Subscription, SubscriptionChange
from duro.kernel import Period


class ChargeOutcome(StrEnum):
    """What is known for certain of a charge."""

    PAID = "paid"
    DECLINED = "declined"


@final
@dataclass(frozen=True, slots=True)
class Advance:
    """The period is paid for and becomes the current one."""

    change: SubscriptionChange


@final
@dataclass(frozen=True, slots=True)
class OpenRecovery:
    """The charge was declined: the period doesn't move and recovery takes the case."""

    change: SubscriptionChange


@final
@dataclass(frozen=True, slots=True)
class KeepIncomplete:
    """The first charge was declined: the invoice stays open, payable by any rail, and there is no recovery."""

    change: SubscriptionChange


@final
@dataclass(frozen=True, slots=True)
class PaidWithoutAdvance:
    """The subscription ended while it was charged: the invoice is paid, the period stays and all of it goes back."""


@final
@dataclass(frozen=True, slots=True)
class VoidInvoice:
    """The subscription ended while it was charged, and no money was taken: nothing is owed."""


Settlement: TypeAlias = Advance | OpenRecovery | KeepIncomplete | PaidWithoutAdvance | VoidInvoice


@final
class SettlementPlanner:
    """What the outcome of a charge for a period means for the subscription as it is by then."""

    @classmethod
    def plan(cls, subscription: Subscription, period: Period, outcome: ChargeOutcome) -> Settlement:
        is_paid = outcome is ChargeOutcome.PAID
        if subscription.is_terminal:
            return PaidWithoutAdvance() if is_paid else VoidInvoice()
        if is_paid:
            return Advance(subscription.renewal_paid(period))
        if subscription.status is SubscriptionStatus.INCOMPLETE:
            return KeepIncomplete(subscription.renewal_failed())
        return OpenRecovery(subscription.renewal_failed())
