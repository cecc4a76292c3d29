"""The brain: pure decisions about time and money."""

from duro.billing.advance_billing import AdvanceBilling
from duro.billing.amendment import Amendment
from duro.billing.billing_calendar import BillingCalendar
from duro.billing.billing_cycle import BillingCycle
from duro.billing.discount import Discount, FixedDiscount, PercentageDiscount
from duro.billing.event_type import EventType
from duro.billing.failure_category import FailureCategory
from duro.billing.horizon import OutsideHorizonError
from duro.billing.interval import Cadence, Interval
from duro.billing.invoice import InvoiceDraft, InvoiceLine
from duro.billing.invoice_composer import InvoiceComposer
from duro.billing.missed_periods import (
    BillMissed,
    MissedPeriods,
    MissedPeriodsPlan,
    MissedPeriodsPlanner,
    NothingMissed,
    SkipMissed,
)
from duro.billing.paid_period import PaidPeriod
from duro.billing.payment_in_progress import PaymentInProgressError
from duro.billing.pending_line import PendingLine
from duro.billing.plan_change import PlanChange
from duro.billing.plan_change_planner import (
    ChangeApplied,
    ChangeInvoiced,
    ChangeOnPayment,
    ChangeScheduled,
    ChangeTiming,
    PlanChangePlan,
    PlanChangePlanner,
    PlanChangeRequest,
)
from duro.billing.price import Price
from duro.billing.promo_code import PromoCode
from duro.billing.promotion import Promotion, PromotionDuration
from duro.billing.proration import CycleAnchor, ProratedChange, Proration, ProrationBehavior, ProrationKind
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
    ChangeSettlement,
    ChargeOutcome,
    KeepIncomplete,
    KeepTerms,
    OpenRecovery,
    PaidWithoutAdvance,
    Settlement,
    SettlementPlanner,
    VoidInvoice,
)
from duro.billing.share import Share
from duro.billing.state_machine import (
    Move,
    SubscriptionAction,
    SubscriptionStateMachine,
    SubscriptionStatus,
    Transition,
)
from duro.billing.subscription import Subscription, SubscriptionChange
from duro.billing.tax_rate import TaxedAmount, TaxRate
from duro.billing.terms import Terms
from duro.billing.test_clock import TestClock
from duro.billing.zone import Zone

__all__ = [
    "Advance",
    "AdvanceBilling",
    "Amendment",
    "Bill",
    "BillMissed",
    "BillingCalendar",
    "BillingCycle",
    "Cadence",
    "ChangeApplied",
    "ChangeInvoiced",
    "ChangeOnPayment",
    "ChangeScheduled",
    "ChangeSettlement",
    "ChangeTiming",
    "ChargeOutcome",
    "CycleAnchor",
    "Discount",
    "EndAtPeriod",
    "EventType",
    "FailureCategory",
    "FixedDiscount",
    "Interval",
    "InvoiceComposer",
    "InvoiceDraft",
    "InvoiceLine",
    "KeepIncomplete",
    "KeepTerms",
    "MissedPeriods",
    "MissedPeriodsPlan",
    "MissedPeriodsPlanner",
    "Move",
    "NotRenewable",
    "NothingMissed",
    "OpenRecovery",
    "OutsideHorizonError",
    "PaidPeriod",
    "PaidWithoutAdvance",
    "PaymentInProgressError",
    "PendingLine",
    "PercentageDiscount",
    "PlanChange",
    "PlanChangePlan",
    "PlanChangePlanner",
    "PlanChangeRequest",
    "Price",
    "PromoCode",
    "Promotion",
    "PromotionDuration",
    "ProratedChange",
    "Proration",
    "ProrationBehavior",
    "ProrationKind",
    "ReachLimit",
    "RenewalPlan",
    "RenewalPlanner",
    "Settlement",
    "SettlementPlanner",
    "Share",
    "SkipMissed",
    "SkipReason",
    "Subscription",
    "SubscriptionAction",
    "SubscriptionChange",
    "SubscriptionStateMachine",
    "SubscriptionStatus",
    "TaxRate",
    "TaxedAmount",
    "Terms",
    "TestClock",
    "Transition",
    "VoidInvoice",
    "Zone",
]
