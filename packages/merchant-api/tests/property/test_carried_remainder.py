"""What is carried to the next invoice is exactly what the one before asks for less, whatever was owed and paid."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whenever import Instant

from duro.billing import InvoiceLine
from duro.db.records import Invoice, InvoiceKind, InvoiceStatus
from duro.kernel import Currency, CustomerId, InvoiceId, Money, SubscriptionId
from duro.merchant_api.pushed.carried_remainder import CarriedRemainder

START = Instant.from_utc(2026, 3, 1)
ONE = UUID(int=1)


def naira(amount: int) -> Money:
    return Money(amount, Currency("NGN"))


def invoice_of(price: int, *, discount: int = 0, credit: int = 0, paid: int = 0) -> Invoice:
    return Invoice(
        id=InvoiceId(ONE),
        subscription_id=SubscriptionId(ONE),
        customer_id=CustomerId(ONE),
        idempotency_key="renewal",
        status=InvoiceStatus.OPEN,
        subtotal=naira(price),
        discount=naira(discount),
        credit_applied=naira(credit),
        total=naira(price - discount - credit),
        amount_paid=naira(paid),
        amount_refunded=naira(0),
        period_start=START,
        period_end=START.add(hours=720),
        paid_at=None,
        rail=None,
        created_at=START,
        kind=InvoiceKind.PERIOD,
        credit_granted=naira(0),
        lines=(InvoiceLine.single("Gold", naira(price)),),
    )


class TestACarriedRemainder:
    @given(
        paid=st.integers(0, 300),
        taken_off=st.integers(0, 300),
        owed=st.integers(1, 20_000),
        money=st.integers(1, 20_000),
        minimum=st.integers(0, 10_000),
    )
    def test_is_what_the_invoice_asks_for_less(self, paid, taken_off, owed, money, minimum):
        invoice = invoice_of(owed + paid + 2 * taken_off, discount=taken_off, credit=taken_off, paid=paid)
        carried = CarriedRemainder.of(invoice, naira(money), minimum=naira(minimum))
        if not 0 < owed - money < minimum:
            assert carried is None
            return
        assert carried is not None
        after = carried.invoice
        assert after.amount_remaining == naira(money)
        assert after.total + carried.pending.amount == invoice.total
        assert after.total == after.subtotal - after.discount - after.credit_applied
        assert sum((line.amount for line in after.lines), naira(0)) == after.subtotal
        assert carried.line.amount + carried.pending.amount == naira(0)

    @pytest.mark.parametrize(
        "other",
        [
            {"kind": InvoiceKind.PLAN_CHANGE},
            {"status": InvoiceStatus.UNCOLLECTIBLE},
            {"status": InvoiceStatus.PAID, "amount_paid": naira(5_000)},
        ],
    )
    def test_is_none_of_what_is_paid_whole_or_not_at_all(self, other):
        assert CarriedRemainder.of(invoice_of(5_000), naira(4_990), minimum=naira(50)) is not None
        assert CarriedRemainder.of(replace(invoice_of(5_000), **other), naira(4_990), minimum=naira(50)) is None
