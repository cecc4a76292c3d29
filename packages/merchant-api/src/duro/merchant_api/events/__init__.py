"""What happened to a merchant's subscriptions."""

from duro.merchant_api.events.read_events import GetEvent, ListEvents

__all__ = ["GetEvent", "ListEvents"]
