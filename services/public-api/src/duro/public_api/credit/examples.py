from collections.abc import Mapping
from typing import ClassVar, final


@final
class CreditExamples:
    """A credit balance as the document shows it."""

    BODY: ClassVar[Mapping[str, object]] = {"amount": 100000, "reason": "sorry for the outage", "currency": "NGN"}
    VIEW: ClassVar[Mapping[str, object]] = {
        "subscriptionId": "sub_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "balance": 100000,
        "currency": "NGN",
        "items": [
            {
                "id": "jrn_01jxk8m3s4e5f6g7h8j9k0m1n2",
                "cause": "credit_granted",
                "invoiceId": None,
                "amount": 100000,
                "reason": "sorry for the outage",
                "createdAt": "2026-02-03T09:00:00Z",
            }
        ],
        "hasMore": False,
        "nextCursor": None,
    }
