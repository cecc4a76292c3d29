from collections.abc import Mapping
from typing import ClassVar, final


@final
class MessageExamples:
    """A message as the document shows it."""

    VIEW: ClassVar[Mapping[str, object]] = {
        "id": "msg_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "kind": "dunning_1",
        "customerId": "cus_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "subscriptionId": "sub_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "invoiceId": "inv_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "status": "sent",
        "channel": "whatsapp",
        "outcome": "accepted",
        "sendAt": None,
        "createdAt": "2026-01-31T05:00:00Z",
        "settledAt": "2026-01-31T07:00:03Z",
    }
