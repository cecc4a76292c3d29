"""Standing orders: how they start, change, end and are read."""

from duro.merchant_api.subscriptions.billing import RenewsSubscriptions
from duro.merchant_api.subscriptions.cancel_subscription import CancelSubscription, CancelSubscriptionCommand
from duro.merchant_api.subscriptions.change_plan import ChangedSubscription, ChangePlan
from duro.merchant_api.subscriptions.foreseen_invoice import ForeseenInvoice
from duro.merchant_api.subscriptions.get_upcoming_invoice import GetUpcomingInvoice, NoUpcomingInvoiceError
from duro.merchant_api.subscriptions.pause_subscription import PauseSubscription
from duro.merchant_api.subscriptions.plan_change_command import ChangePlanCommand
from duro.merchant_api.subscriptions.preview_change import PreviewChange, PreviewedChange
from duro.merchant_api.subscriptions.read_subscriptions import GetSubscription, ListSubscriptions
from duro.merchant_api.subscriptions.resume_subscription import ResumeSubscription
from duro.merchant_api.subscriptions.start_subscription import StartSubscription, StartSubscriptionCommand
from duro.merchant_api.subscriptions.unschedule_change import UnscheduleChange
from duro.merchant_api.subscriptions.update_subscription import UpdateSubscription, UpdateSubscriptionCommand

__all__ = [
    "CancelSubscription",
    "CancelSubscriptionCommand",
    "ChangePlan",
    "ChangePlanCommand",
    "ChangedSubscription",
    "ForeseenInvoice",
    "GetSubscription",
    "GetUpcomingInvoice",
    "ListSubscriptions",
    "NoUpcomingInvoiceError",
    "PauseSubscription",
    "PreviewChange",
    "PreviewedChange",
    "RenewsSubscriptions",
    "ResumeSubscription",
    "StartSubscription",
    "StartSubscriptionCommand",
    "UnscheduleChange",
    "UpdateSubscription",
    "UpdateSubscriptionCommand",
]
