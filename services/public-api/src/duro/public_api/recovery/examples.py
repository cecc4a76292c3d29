from collections.abc import Mapping
from typing import ClassVar, final


@final
class RecoveryExamples:
    """A recovery case as the document shows it."""

    SCHEDULE: ClassVar[Mapping[str, object]] = {
        "id": "dun_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "invoiceId": "inv_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "subscriptionId": "sub_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "state": "scheduled",
        "amount": 500000,
        "currency": "NGN",
        "category": "insufficient_funds",
        "action": "retry_payday",
        "rail": "card",
        "paymentMethodId": None,
        "reason": "There wasn't enough money in the account. Money was there on the 25th in 5 of the last 6 months.",
        "attemptsMade": 1,
        "nextAttemptAt": "2026-02-25T19:00:00Z",
        "deadlineAt": "2026-03-22T09:00:00Z",
        "pausedAt": None,
        "openedAt": "2026-02-15T09:00:00Z",
        "closedAt": None,
    }
    REQUEST: ClassVar[Mapping[str, object]] = {
        "id": "prq_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "rail": "ussd",
        "status": "open",
        "amount": 500000,
        "currency": "NGN",
        "instructions": {"code": "*901*000*1234#"},
        "expiresAt": "2026-02-15T17:00:00Z",
        "createdAt": "2026-02-15T09:00:00Z",
    }
    DETAIL: ClassVar[Mapping[str, object]] = {"schedule": SCHEDULE, "transactions": [], "paymentRequests": [REQUEST]}
    STEP: ClassVar[Mapping[str, object]] = {
        "id": "dnx_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "kind": "recovered",
        "action": "retry_payday",
        "rail": "card",
        "reason": "Paid by card on the second try.",
        "nextAttemptAt": None,
        "createdAt": "2026-02-25T19:00:02Z",
    }
    RECOVERED: ClassVar[Mapping[str, object]] = {
        "id": "dun_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "invoiceId": "inv_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "subscriptionId": "sub_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "amount": 500000,
        "fee": 17500,
        "net": 482500,
        "currency": "NGN",
        "category": "insufficient_funds",
        "transactionId": "txn_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "paymentId": None,
        "rail": "card",
        "action": "retry_payday",
        "attemptsMade": 2,
        "openedAt": "2026-02-15T09:00:00Z",
        "recoveredAt": "2026-02-25T19:00:02Z",
    }
