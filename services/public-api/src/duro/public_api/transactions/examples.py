from collections.abc import Mapping
from typing import ClassVar, final


@final
class TransactionExamples:
    """A try to collect an invoice, as the document shows it."""

    VIEW: ClassVar[Mapping[str, object]] = {
        "id": "txn_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "invoiceId": "inv_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "subscriptionId": "sub_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "status": "failed",
        "amount": 500000,
        "fee": None,
        "currency": "NGN",
        "paymentMethodId": "pm_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "provider": "paystack",
        "rail": "card",
        "reference": "01jxk8m3s4e5f6g7h8j9k0m1n2",
        "reason": "The subscription renews.",
        "failureCode": "51",
        "failureMessage": "Insufficient funds",
        "adviceCode": None,
        "createdAt": "2026-02-15T09:00:00Z",
        "settledAt": "2026-02-15T09:00:02Z",
        "dispute": None,
    }
