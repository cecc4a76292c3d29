from collections.abc import Mapping
from typing import ClassVar, final

from duro.public_api.transactions.examples import TransactionExamples


@final
class InvoiceExamples:
    """An invoice, and what is asked for of it, as the document shows it."""

    PAY: ClassVar[Mapping[str, object]] = {"paymentMethodId": "pm_01jxk8m3s4e5f6g7h8j9k0m1n2"}
    VIEW: ClassVar[Mapping[str, object]] = {
        "id": "inv_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "subscriptionId": "sub_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "customerId": "cus_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "kind": "period",
        "status": "open",
        "currency": "NGN",
        "subtotal": 500000,
        "discount": 0,
        "promoCodeId": None,
        "creditApplied": 0,
        "creditGranted": 0,
        "amount": 500000,
        "amountPaid": 0,
        "amountRemaining": 500000,
        "amountRefunded": 0,
        "periodStart": "2026-02-15T09:00:00Z",
        "periodEnd": "2026-03-15T09:00:00Z",
        "paidAt": None,
        "markedUncollectibleAt": None,
        "rail": None,
        "idempotencyKey": "renewal_sub_01jxk8m3s4e5f6g7h8j9k0m1n2_20260215T090000Z",
        "lines": [{"description": "Gold", "quantity": 1, "unitAmount": 500000, "amount": 500000}],
        "createdAt": "2026-02-15T09:00:00Z",
    }
    DETAIL: ClassVar[Mapping[str, object]] = {**VIEW, "transactions": [TransactionExamples.VIEW]}
    VOID: ClassVar[Mapping[str, object]] = {**DETAIL, "status": "void"}
    GIVEN_UP: ClassVar[Mapping[str, object]] = {
        **DETAIL,
        "status": "uncollectible",
        "markedUncollectibleAt": "2026-03-22T09:00:00Z",
    }
