"""An invoice that a payer paid in part by themselves: what the card took can go back to it, and no more."""

import pytest

from duro.billing.recovery import Rail
from duro.db.records import DunningState, InvoiceStatus
from duro.kernel import ConflictError, Currency, Money
from duro.merchant_api.billing import RenewalOutcome
from duro.merchant_api.invoices import VoidInvoice
from duro.merchant_api.pushed.arrived_money import ArrivedMoney, Received
from duro.merchant_api.refunds import RefundInvoiceCommand

PUSHED = Money(200_000, Currency("NGN"))


@pytest.fixture
def owing(recovery, clock):
    """A subscription whose invoice was declined, and paid in part by a transfer since."""

    async def of():
        subscription = await recovery.declined()
        invoice = await recovery.invoice(subscription)
        async with recovery.contexts.open(recovery.merchant.tenant.id) as repos:
            (attempt,) = await repos.attempts.of_invoice(invoice.id)
        money = ArrivedMoney(
            provider="simulated",
            reference=f"T-{invoice.id}",
            amount=PUSHED,
            rail=Rail.TRANSFER,
            at=clock.now(),
            attempt_id=attempt.id,
        )
        assert await recovery.receive.execute(recovery.merchant.tenant.id, money) is Received.PARTLY_PAID
        return subscription

    return of


class TestAnInvoiceOfTwoPayments:
    async def test_gives_back_to_the_card_what_the_card_paid(self, recovery, owing):
        subscription = await owing()
        assert await recovery.retry_now(subscription) is RenewalOutcome.CHARGED
        invoice = await recovery.invoice(subscription)
        charged = invoice.total - PUSHED

        assert await self._refused(recovery, invoice, charged.amount + 1) == "refund_exceeds_payment"
        whole = RefundInvoiceCommand(invoice_id=invoice.id, amount=None)
        assert (await recovery.refund.execute(recovery.merchant.tenant.id, whole)).amount == charged
        assert await self._refused(recovery, invoice, 1) == "refund_exceeds_payment"
        assert await recovery.audit() == ()

    async def _refused(self, recovery, invoice, amount) -> str:
        with pytest.raises(ConflictError) as refusal:
            await recovery.refund.execute(
                recovery.merchant.tenant.id, RefundInvoiceCommand(invoice_id=invoice.id, amount=amount)
            )
        return refusal.value.code


class TestAnInvoiceThatIsPaidInPart:
    async def test_cannot_be_taken_back(self, recovery, owing, clock):
        subscription = await owing()
        before = await recovery.invoice(subscription)

        with pytest.raises(ConflictError) as refusal:
            await VoidInvoice(recovery.contexts, recovery.ids, clock).execute(recovery.merchant.tenant.id, before.id)

        assert refusal.value.code == "invoice_partly_paid"
        after = await recovery.invoice(subscription)
        assert (after, after.status, after.amount_paid) == (before, InvoiceStatus.OPEN, PUSHED)
        assert (await recovery.case(subscription)).state is DunningState.SCHEDULED

    async def test_gives_back_nothing_by_the_provider(self, recovery, owing):
        invoice = await recovery.invoice(await owing())
        with pytest.raises(ConflictError) as refusal:
            await recovery.refund.execute(
                recovery.merchant.tenant.id, RefundInvoiceCommand(invoice_id=invoice.id, amount=None)
            )
        assert refusal.value.code == "refund_by_hand"
