from collections.abc import Mapping
from typing import ClassVar, final


@final
class RefundExamples:
    """A refund as the document shows it."""

    BODY: ClassVar[Mapping[str, object]] = {"amount": 200000, "reason": "a week without service"}
    VIEW: ClassVar[Mapping[str, object]] = {
        "id": "rfd_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "invoiceId": "inv_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "transactionId": "txn_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "status": "succeeded",
        "amount": 200000,
        "currency": "NGN",
        "reason": "a week without service",
        "reference": "01jxk8m3s4e5f6g7h8j9k0m1n2",
        "failureCode": None,
        "failureMessage": None,
        "createdAt": "2026-02-03T09:00:00Z",
        "settledAt": "2026-02-03T09:00:00Z",
    }
