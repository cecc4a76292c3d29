"""Decisions about telling people: on which channel, when, and what is known of a message once it was handed over."""

from duro.billing.messages.channel import Channel, Reach
from duro.billing.messages.delivery import Deferred, Delivery, Refused, Sent, Trouble, Unknown
from duro.billing.messages.departure import Departure
from duro.billing.messages.merge_tags import MergeTags
from duro.billing.messages.message_kind import MessageKind
from duro.billing.messages.nudge_cap import NudgeCap
from duro.billing.messages.quiet_hours import QuietHours

__all__ = [
    "Channel",
    "Deferred",
    "Delivery",
    "Departure",
    "MergeTags",
    "MessageKind",
    "NudgeCap",
    "QuietHours",
    "Reach",
    "Refused",
    "Sent",
    "Trouble",
    "Unknown",
]
