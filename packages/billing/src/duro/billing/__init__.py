"""The brain: pure decisions about time and money."""

from duro.billing.billing_calendar import BillingCalendar
from duro.billing.billing_cycle import BillingCycle
from duro.billing.event_type import EventType
from duro.billing.failure_category import FailureCategory
from duro.billing.horizon import OutsideHorizonError
from duro.billing.interval import Cadence, Interval
from duro.billing.invoice import InvoiceDraft, InvoiceLine
from duro.billing.invoice_composer import InvoiceComposer
from duro.billing.renewal_planner import (
    Bill,
    EndAtPeriod,
    NotRenewable,
    ReachLimit,
    RenewalPlan,
    RenewalPlanner,
    SkipReason,
)
from duro.billing.settlement_planner import (
    Advance,
    ChargeOutcome,
    KeepIncomplete,
    OpenRecovery,
    PaidWithoutAdvance,
    Settlement,
    SettlementPlanner,
    VoidInvoice,
)
from duro.billing.state_machine import (
    Move,
    SubscriptionAction,
    SubscriptionStateMachine,
    SubscriptionStatus,
    Transition,
)
from duro.billing.subscription import Subscription, SubscriptionChange
from duro.billing.terms import Terms
from duro.billing.zone import Zone

__all__ = [
    "Advance",
    "Bill",
    "BillingCalendar",
    "BillingCycle",
    "Cadence",
    "ChargeOutcome",
    "EndAtPeriod",
    "EventType",
    "FailureCategory",
    "Interval",
    "InvoiceComposer",
    "InvoiceDraft",
    "InvoiceLine",
    "KeepIncomplete",
    "Move",
    "NotRenewable",
    "OpenRecovery",
    "OutsideHorizonError",
    "PaidWithoutAdvance",
    "ReachLimit",
    "RenewalPlan",
    "RenewalPlanner",
    "Settlement",
    "SettlementPlanner",
    "SkipReason",
    "Subscription",
    "SubscriptionAction",
    "SubscriptionChange",
    "SubscriptionStateMachine",
    "SubscriptionStatus",
    "Terms",
    "Transition",
    "VoidInvoice",
    "Zone",
]
