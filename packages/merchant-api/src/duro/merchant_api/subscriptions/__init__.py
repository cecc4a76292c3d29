"""Standing orders: how they start, end and are read."""

from duro.merchant_api.subscriptions.billing import RenewsSubscriptions
from duro.merchant_api.subscriptions.cancel_subscription import CancelSubscription, CancelSubscriptionCommand
from duro.merchant_api.subscriptions.keep_subscription import KeepSubscription
from duro.merchant_api.subscriptions.read_subscriptions import GetSubscription, ListSubscriptions
from duro.merchant_api.subscriptions.start_subscription import StartSubscription, StartSubscriptionCommand

__all__ = [
    "CancelSubscription",
    "CancelSubscriptionCommand",
    "GetSubscription",
    "KeepSubscription",
    "ListSubscriptions",
    "RenewsSubscriptions",
    "StartSubscription",
    "StartSubscriptionCommand",
]
