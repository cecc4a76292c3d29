"""Money that nobody could allocate: a person says whose it is, or that it was sent back, once and on record."""

from dataclasses import replace

import pytest
import pytest_asyncio

from duro.billing.recovery import Rail
from duro.db import PageRequest
from duro.db.records import InvoiceStatus, JournalCause
from duro.db.waiting_money import WaitingMoney
from duro.kernel import ConflictError, Currency, IncomingPaymentId, Money, NotFoundError
from duro.merchant_api.pushed import ArrivedMoney, DecideMoney, MoneyVerdict, Received
from duro.testkit.builders import PlanBuilder

pytestmark = pytest.mark.usefixtures("books_in_order")
GHS = Currency("GHS")
PRICE = 500_000


@pytest_asyncio.fixture(loop_scope="session")
async def held(recovery):
    """Cedis that came for an invoice in naira, as they wait."""
    subscription = await recovery.declined()
    invoice = await recovery.invoice(subscription)
    async with recovery.contexts.open(recovery.merchant.tenant.id) as repos:
        [attempt] = await repos.attempts.of_invoice(invoice.id)
    money = ArrivedMoney(
        provider="simulated",
        reference="abroad",
        amount=Money(PRICE, GHS),
        rail=Rail.TRANSFER,
        at=recovery.clock.now(),
        attempt_id=attempt.id,
    )
    assert await recovery.receive.execute(recovery.merchant.tenant.id, money) is Received.HELD
    [waiting] = await WaitingMoney(recovery.admin).all()
    assert (waiting.amount, waiting.subscription_id) == (money.amount, subscription.id)
    return waiting


@pytest.fixture
def decide(recovery, held):
    async def decide(*, to=None, **changes):
        verdict = MoneyVerdict(payment_id=held.payment_id, to=to, by="Ngozi", note="They wrote.")
        act = DecideMoney(recovery.contexts, recovery.gateways, ids=recovery.ids, clock=recovery.clock)
        return await act.execute(held.tenant_id, replace(verdict, **changes))

    return decide


@pytest.fixture
def in_cedis(recovery):
    async def in_cedis():
        plan = await recovery.merchant.plan(PlanBuilder(amount=Money(PRICE, GHS)))
        return await recovery.declined(plan=plan)

    return in_cedis


class TestMoneyThatWaits:
    async def test_pays_the_invoice_that_a_person_names(self, recovery, decide, in_cedis):
        other = await in_cedis()
        invoice = await recovery.invoice(other)

        assert await decide(to=invoice.id) is Received.PAID

        assert (await recovery.invoice(other)).status is InvoiceStatus.PAID
        assert await WaitingMoney(recovery.admin).all() == ()

    async def test_is_what_the_subscription_owes_or_its_credit(self, recovery, decide, in_cedis):
        other = await in_cedis()
        assert await decide(to=other.id) is Received.PAID
        assert (await recovery.subscription(other)).balance.is_zero

    async def test_is_credit_that_its_payer_can_read_about(self, recovery, held, decide):
        plan = await recovery.merchant.plan(PlanBuilder(amount=Money(PRICE, GHS)))
        customer = await recovery.merchant.customer()
        method = await recovery.merchant.payment_method(customer)
        other = await recovery.merchant.subscription(plan, customer, method)

        assert await decide(to=other.id) is Received.CREDITED

        async with recovery.contexts.open(recovery.merchant.tenant.id) as repos:
            [entry] = (await repos.credit.entries(other.id, PageRequest())).items
        assert (entry.cause, entry.amount) == (JournalCause.ALLOCATED, held.amount)
        assert (await recovery.subscription(other)).balance == held.amount

    async def test_was_sent_back_by_hand(self, recovery, held, decide):
        assert await decide() is None
        assert await WaitingMoney(recovery.admin).all() == ()
        async with recovery.admin.acquire() as connection:
            kept = await connection.fetchrow("select is_sent_back, decided_by, note from test.money_decisions")
            left = await connection.fetch(
                "select account from test.ledger_entries where currency = 'GHS' "
                "group by account having sum(amount) <> 0"
            )
        assert (tuple(kept), left) == ((True, "Ngozi", "They wrote."), [])

    async def test_is_decided_once(self, recovery, decide):
        await decide()
        with pytest.raises(ConflictError) as refused:
            await decide()
        assert refused.value.code == "money_not_waiting"

    async def test_goes_to_nobody_who_is_billed_in_another_currency(self, recovery, held, decide):
        with pytest.raises(ConflictError) as refused:
            await decide(to=held.subscription_id)
        assert refused.value.code == "currency_mismatch"
        assert await WaitingMoney(recovery.admin).find(held.payment_id) == held

    async def test_is_none_that_has_paid_something(self, recovery, decide):
        subscription = await recovery.declined()
        invoice = await recovery.invoice(subscription)
        async with recovery.contexts.open(recovery.merchant.tenant.id) as repos:
            [attempt] = await repos.attempts.of_invoice(invoice.id)
        money = ArrivedMoney(
            provider="simulated",
            reference="known",
            amount=Money(1, Currency("NGN")),
            rail=Rail.TRANSFER,
            at=recovery.clock.now(),
            attempt_id=attempt.id,
        )
        await recovery.receive.execute(recovery.merchant.tenant.id, money)
        async with recovery.contexts.open(recovery.merchant.tenant.id) as repos:
            paid = await repos.incoming_payments.find(provider="simulated", reference="known")
        for payment_id, error in ((paid.id, ConflictError), (recovery.ids.new(IncomingPaymentId), NotFoundError)):
            with pytest.raises(error):
                await decide(payment_id=payment_id)
