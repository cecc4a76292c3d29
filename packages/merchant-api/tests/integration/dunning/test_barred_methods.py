"""Cards and mandates that their bank, their network or their payer has forbidden: nothing charges them again."""

import pytest
from whenever import TimeDelta

from duro.billing.recovery import Rail
from duro.db import PageRequest
from duro.kernel import PaymentAttemptId
from duro.merchant_api.billing import RenewalOutcome
from duro.merchant_api.pushed import ArrivedMoney, Received
from duro.payments import Declined, NotFound, Unknown

pytestmark = pytest.mark.usefixtures("books_in_order")
PHONE = "+2348030001122"
SOON = TimeDelta(minutes=11)
PRICE = 500_000


class TestAWayToPayThatIsBarred:
    async def _renewed(self, recovery, subscription):
        recovery.clock.set((await recovery.subscription(subscription)).current_period_end)
        return await recovery.billing.renew(recovery.merchant.tenant.id, subscription.id)

    async def _cases(self, recovery, subscription):
        async with recovery.contexts.open(recovery.merchant.tenant.id) as repos:
            return (await repos.dunning.list(PageRequest(limit=10), subscription_id=subscription.id)).items

    async def test_is_not_charged_for_the_next_period_either(self, recovery, sub):
        [request] = await recovery.asked(sub)
        await recovery.pay(request, PRICE)
        await recovery.look_after(SOON)
        assert await self._renewed(recovery, sub) is RenewalOutcome.DUNNING
        assert len(recovery.gateway.sent) == 1
        newest = (await self._cases(recovery, sub))[0]
        await recovery.dunning.process(recovery.merchant.tenant.id, newest.id)
        newest = (await self._cases(recovery, sub))[0]
        assert (newest.action, newest.cause, newest.rail) == ("switch_rail", "never_again", "ussd")

    async def test_asks_who_stopped_the_charges_in_another_case_for_nothing_but_the_link(self, recovery):
        subscription = await recovery.declined(Declined("R1", "Revocation", None), phone=PHONE)
        await recovery.work(subscription)
        assert (await recovery.case(subscription)).cause == "revoked"
        case = await recovery.case(subscription)
        async with recovery.contexts.open(recovery.merchant.tenant.id) as repos:
            held = await repos.subscriptions.lock(subscription.id)
            invoice = await repos.invoices.lock(case.invoice_id)
            method = await repos.payment_methods.get(held.payment_method_id)
        assert method.barred_at == recovery.clock.now()
        money = ArrivedMoney(
            provider="simulated",
            reference="by-link",
            amount=invoice.total,
            rail=Rail.TRANSFER,
            at=recovery.clock.now(),
            attempt_id=await self._failed(recovery, invoice),
        )
        assert await recovery.receive.execute(recovery.merchant.tenant.id, money) is Received.PAID
        assert await self._renewed(recovery, subscription) is RenewalOutcome.DUNNING
        newest = (await self._cases(recovery, subscription))[0]
        await recovery.dunning.process(recovery.merchant.tenant.id, newest.id)
        newest = (await self._cases(recovery, subscription))[0]
        assert (newest.action, newest.cause) == ("await_customer", "revoked")
        assert len(recovery.gateway.sent) == 1

    async def test_is_not_said_to_be_tried_when_its_payer_stops_the_charges_before_the_planned_try(self, recovery):
        subscription = await recovery.declined(Declined("51", "Insufficient funds", None))
        await recovery.work(subscription)
        planned = await recovery.case(subscription)
        tenant = recovery.merchant.tenant.id
        async with recovery.contexts.open(tenant) as repos:
            customer = await repos.customers.get(subscription.customer_id)
            method = await repos.payment_methods.get(subscription.payment_method_id)
        other = await recovery.merchant.subscription(None, customer, method)
        recovery.gateway.answers[:] = [Declined("51", "Insufficient funds", "21")]
        await recovery.billing.renew(tenant, other.id)
        recovery.clock.set(planned.next_attempt_at)
        await recovery.work(subscription)
        case = await recovery.case(subscription)
        assert (case.action, case.cause) == ("await_customer", "revoked")
        assert "tried" not in await recovery.story(subscription)
        assert len(recovery.gateway.sent) == 2

    @staticmethod
    async def _failed(recovery, invoice) -> PaymentAttemptId:
        async with recovery.contexts.open(recovery.merchant.tenant.id) as repos:
            [attempt] = await repos.attempts.of_invoice(invoice.id)
        return attempt.id

    @pytest.mark.parametrize("answer", [Declined("51", "Insufficient funds", None), Declined("61", "Limit", None)])
    async def test_is_no_card_whose_owner_just_has_too_little(self, answer, recovery):
        subscription = await recovery.declined(answer)
        async with recovery.contexts.open(recovery.merchant.tenant.id) as repos:
            method = await repos.payment_methods.get(subscription.payment_method_id)
        assert method.barred_at is None

    async def test_is_not_sent_a_charge_that_the_provider_never_got(self, recovery):
        subscription = await recovery.declined()
        recovery.gateway.answers[:] = [Unknown("No answer.")]
        await recovery.until(recovery.clock.now() + TimeDelta(hours=24 * 27))
        async with recovery.contexts.open(recovery.merchant.tenant.id) as repos:
            [attempt] = await repos.attempts.unexplained_of_subscription(subscription.id)
        async with recovery.admin.acquire() as connection:
            statement = "update test.payment_methods set barred_at = now() where id = $1"
            await connection.execute(statement, attempt.payment_method_id.value)
        recovery.gateway.lookups[attempt.reference] = NotFound()
        sent = len(recovery.gateway.sent)
        for wait in (TimeDelta(minutes=2), TimeDelta(hours=25)):
            recovery.clock.advance(wait)
            await recovery.pending.resolve(recovery.merchant.tenant.id, attempt.id)
        async with recovery.contexts.open(recovery.merchant.tenant.id) as repos:
            attempt = await repos.attempts.get(attempt.id)
        assert (attempt.failure_code, len(recovery.gateway.sent)) == ("not_presented", sent)
