"""Cards that may never be charged again, and payers who push the money: exactly, short, over, twice, late or never."""

from dataclasses import replace

import pytest
from whenever import TimeDelta

from duro.billing import SubscriptionStatus
from duro.billing.recovery import Rail
from duro.db import PageRequest
from duro.db.push_rows import PaymentRequestStatus
from duro.db.records import AttemptStatus, DunningState, InvoiceStatus
from duro.kernel import ConflictError, Currency, Money, NotFoundError, PaymentRequestId
from duro.merchant_api.billing import RenewalOutcome
from duro.merchant_api.payment_methods import AttachPaymentMethod, AttachPaymentMethodCommand, CardKeys
from duro.merchant_api.pushed import ArrivedMoney, Received, RequestOutcome
from duro.merchant_api.refunds import RefundInvoiceCommand
from duro.merchant_api.subscriptions import CancelSubscription, CancelSubscriptionCommand
from duro.payments import Approved, CardDetails, Declined, NotFound, SimulatedCard, Unknown
from duro.payments.simulated import SimulatedPayer

pytestmark = pytest.mark.usefixtures("books_in_order")
STOLEN = Declined("43", "Stolen card", None)
PHONE = "+2348030001122"
SOON = TimeDelta(minutes=11)
LAST_LOOK = TimeDelta(minutes=2)
PRICE = 500_000


def naira(amount: int) -> Money:
    return Money(amount, Currency("NGN"))


async def cancel(recovery, sub) -> None:
    act = CancelSubscription(recovery.contexts, recovery.ids, recovery.clock)
    await act.execute(recovery.merchant.tenant.id, CancelSubscriptionCommand(subscription_id=sub.id))


class TestAPayerWhoseCardIsBarred:
    async def test_is_asked_by_ussd_at_once_and_told_what_to_dial(self, recovery, sub):
        case = await recovery.case(sub)
        [request] = await recovery.asked(sub)
        assert (case.state, case.action, case.rail) == (DunningState.AWAITING_CUSTOMER, "switch_rail", "ussd")
        assert case.wake_at == recovery.clock.now() + TimeDelta(hours=48)
        assert (request.status, request.rail, request.amount) == (PaymentRequestStatus.OPEN, Rail.USSD, naira(PRICE))
        async with recovery.contexts.open(recovery.merchant.tenant.id) as repos:
            [message] = (await repos.messages.list(PageRequest(limit=2), subscription_id=sub.id)).items
        assert f"To pay now, dial {request.instructions['code']}." in message.facts.reason
        assert await recovery.told(sub) == ["dunning_1"]
        assert "subscription_payment_action_required" in await recovery.events(sub)
        assert len(recovery.gateway.sent) == 1

    async def test_wins_the_case_by_paying_exactly(self, recovery, sub):
        [request] = await recovery.asked(sub)
        await recovery.pay(request, PRICE)
        assert await recovery.look_after(SOON) == [RequestOutcome.RECEIVED]
        case, invoice = await recovery.case(sub), await recovery.invoice(sub)
        assert (case.state, case.recovered_rail, case.recovered_action) == (
            DunningState.RECOVERED,
            "ussd",
            "switch_rail",
        )
        assert (invoice.status, invoice.rail) == (InvoiceStatus.PAID, "ussd")
        assert (await recovery.subscription(sub)).status is SubscriptionStatus.ACTIVE
        assert await recovery.told(sub) == ["dunning_1", "receipt", "payment_recovered"]
        assert (await recovery.events(sub))[-3:] == [
            "subscription_recovered",
            "subscription_payment_success",
            "subscription_payment_recovered",
        ]

    async def test_pays_short_and_then_the_rest(self, recovery, sub):
        [request] = await recovery.asked(sub)
        await recovery.pay(request, 300_000)
        assert await recovery.look_after(SOON) == [RequestOutcome.RECEIVED]
        invoice, case = await recovery.invoice(sub), await recovery.case(sub)
        assert (invoice.status, invoice.amount_remaining) == (InvoiceStatus.OPEN, naira(200_000))
        assert case.is_open
        assert case.reason.endswith("is still to be paid.")
        assert await recovery.look() == []
        await recovery.pay(request, 200_000)
        assert await recovery.look_after(TimeDelta(hours=2)) == [RequestOutcome.RECEIVED]
        assert (await recovery.invoice(sub)).status is InvoiceStatus.PAID
        assert "received" in await recovery.story(sub)
        assert await recovery.told(sub) == ["dunning_1", "receipt", "receipt", "payment_recovered"]

    async def test_has_what_is_over_as_credit(self, recovery, sub):
        [request] = await recovery.asked(sub)
        await recovery.pay(request, PRICE + 70_000)
        await recovery.look_after(SOON)
        assert (await recovery.invoice(sub)).status is InvoiceStatus.PAID
        assert (await recovery.subscription(sub)).balance == naira(70_000)

    async def test_has_a_second_payment_as_credit(self, recovery, sub):
        [request] = await recovery.asked(sub)
        await recovery.pay(request, PRICE)
        await recovery.pay(request, PRICE)
        await recovery.look_after(SOON)
        assert (await recovery.subscription(sub)).balance == naira(PRICE)

    async def test_is_asked_by_the_next_rail_when_they_do_not_answer(self, recovery, sub):
        for rails in (["ussd"], ["ussd", "transfer"], ["ussd", "transfer", "virtual_account"]):
            assert [request.rail for request in await recovery.asked(sub)] == rails
            await recovery.until((await recovery.case(sub)).wake_at)
        case = await recovery.case(sub)
        assert (case.action, case.cause) == ("request_card_update", "never_again")
        assert await recovery.told(sub) == ["dunning_1", "dunning_2", "dunning_3", "dunning_3"]
        await recovery.until(case.deadline_at + LAST_LOOK)
        assert (await recovery.case(sub)).state is DunningState.EXHAUSTED
        await recovery.look()
        assert {request.status for request in await recovery.asked(sub)} == {PaymentRequestStatus.CLOSED}

    async def test_wins_the_case_with_another_card_that_they_add_instead(self, recovery, sub):
        act = AttachPaymentMethod(
            recovery.contexts, recovery.gateways, recovery.ids, recovery.clock, keys=CardKeys(b"a key")
        )
        details = CardDetails(number=SimulatedCard.APPROVE.number, exp_month=12, exp_year=2060, cvc="123")
        command = AttachPaymentMethodCommand(customer_id=sub.customer_id, card=details)
        card = await act.execute(recovery.merchant.tenant.id, command)
        assert await recovery.due() == [(await recovery.case(sub)).id]
        assert await recovery.work(sub) is RenewalOutcome.CHARGED
        assert (await recovery.case(sub)).state is DunningState.RECOVERED
        assert (await recovery.subscription(sub)).payment_method_id == card.id

    async def test_is_late_after_everybody_gave_up(self, recovery, sub):
        [request] = await recovery.asked(sub)
        await recovery.until((await recovery.case(sub)).deadline_at + LAST_LOOK)
        assert (await recovery.subscription(sub)).status is SubscriptionStatus.UNPAID
        await recovery.look()
        await recovery.pay(request, PRICE)
        assert RequestOutcome.RECEIVED in await recovery.look_after(TimeDelta(hours=25))
        assert (await recovery.case(sub)).state is DunningState.RECOVERED
        assert (await recovery.subscription(sub)).status is SubscriptionStatus.ACTIVE

    async def test_is_late_with_too_little(self, recovery, sub):
        [request] = await recovery.asked(sub)
        await recovery.until((await recovery.case(sub)).deadline_at + LAST_LOOK)
        await recovery.look()
        await recovery.pay(request, 100_000)
        await recovery.look_after(TimeDelta(hours=25))
        assert (await recovery.invoice(sub)).status is InvoiceStatus.UNCOLLECTIBLE
        assert (await recovery.subscription(sub)).balance == naira(100_000)

    async def test_has_credit_for_what_comes_after_the_cancellation(self, recovery, sub):
        [request] = await recovery.asked(sub)
        await cancel(recovery, sub)
        await recovery.pay(request, PRICE)
        await recovery.look_after(SOON)
        ended = await recovery.subscription(sub)
        assert (ended.status, ended.balance) == (SubscriptionStatus.CANCELED, naira(PRICE))

    async def test_loses_nothing_by_cancelling_after_a_part(self, recovery, sub):
        [request] = await recovery.asked(sub)
        await recovery.pay(request, 300_000)
        await recovery.look_after(SOON)
        await cancel(recovery, sub)
        invoice, ended = await recovery.invoice(sub), await recovery.subscription(sub)
        assert (invoice.status, invoice.amount_paid) == (InvoiceStatus.VOID, naira(0))
        assert (ended.status, ended.balance) == (SubscriptionStatus.CANCELED, naira(300_000))

    async def test_gets_it_back_by_hand_only(self, recovery, sub):
        [request] = await recovery.asked(sub)
        await recovery.pay(request, PRICE)
        await recovery.look_after(SOON)
        command = RefundInvoiceCommand(invoice_id=request.invoice_id)
        with pytest.raises(ConflictError) as refused:
            await recovery.refund.execute(recovery.merchant.tenant.id, command)
        assert refused.value.code == "refund_by_hand"

    async def test_is_asked_by_transfer_without_a_phone(self, recovery):
        subscription = await recovery.declined(STOLEN)
        await recovery.work(subscription)
        [request] = await recovery.asked(subscription)
        assert request.rail is Rail.TRANSFER
        assert set(request.instructions) == {"accountNumber", "bankName", "accountName"}

    async def test_is_asked_by_the_next_rail_at_once_if_the_bank_refuses(self, recovery):
        subscription = await recovery.declined(STOLEN, phone=SimulatedPayer.REFUSED.phone)
        await recovery.work(subscription)
        [refused] = await recovery.asked(subscription)
        assert (refused.status, refused.look_at) == (PaymentRequestStatus.REFUSED, None)
        assert await recovery.due() == [(await recovery.case(subscription)).id]
        await recovery.work(subscription)
        assert [request.rail for request in await recovery.asked(subscription)] == [Rail.USSD, Rail.TRANSFER]
        assert await recovery.told(subscription) == []

    async def test_is_told_of_no_rail_that_the_bank_refused(self, recovery):
        subscription = await recovery.declined(STOLEN, phone=SimulatedPayer.REFUSED.phone)
        for _ in range(4):
            await recovery.work(subscription)
        assert {request.status for request in await recovery.asked(subscription)} == {PaymentRequestStatus.REFUSED}
        assert await recovery.told(subscription) == ["dunning_1"]


class TestARequest:
    async def test_is_opened_once_however_often_it_is_sent(self, recovery):
        recovery.asking.lost = 1
        subscription = await recovery.declined(STOLEN, phone=PHONE)
        await recovery.work(subscription)
        [request] = await recovery.asked(subscription)
        assert request.status is PaymentRequestStatus.OPENING
        assert await recovery.look() == []
        assert await recovery.look_after(TimeDelta(seconds=61)) == [RequestOutcome.OPENED]
        assert recovery.asking.opened == [request.reference] * 2
        assert await recovery.told(subscription) == ["dunning_1"]

    @pytest.mark.parametrize("payer", [SimulatedPayer.TIMEOUT_BEFORE, SimulatedPayer.TIMEOUT_AFTER])
    async def test_whose_answer_was_lost_is_found(self, payer, recovery):
        subscription = await recovery.declined(STOLEN, phone=payer.phone)
        await recovery.work(subscription)
        assert await recovery.look_after(TimeDelta(seconds=61)) == [RequestOutcome.OPENED]
        await recovery.look_after(SOON)
        is_paid = payer is SimulatedPayer.TIMEOUT_AFTER
        assert ((await recovery.invoice(subscription)).status is InvoiceStatus.PAID) is is_paid

    async def test_is_looked_at_ever_more_rarely(self, recovery, sub):
        looks = 0
        for _ in range(12):
            recovery.clock.advance(TimeDelta(minutes=30))
            looks += len(await recovery.look())
        assert 3 <= looks <= 6

    async def test_is_closed_at_once_when_the_card_has_paid(self, recovery, sub):
        await recovery.new_card(sub)
        assert await recovery.work(sub) is RenewalOutcome.CHARGED
        assert await recovery.look() == [RequestOutcome.CLOSED]
        [request] = await recovery.asked(sub)
        assert (await recovery.bank.lookup_request(request.reference)).is_closed

    async def test_is_closed_at_once_when_the_subscription_ends(self, recovery, sub):
        await cancel(recovery, sub)
        assert await recovery.look() == [RequestOutcome.CLOSED]

    async def test_is_forgotten_a_week_after_its_end(self, recovery, sub):
        await recovery.new_card(sub)
        await recovery.work(sub)
        for _ in range(10):
            await recovery.look_after(TimeDelta(hours=24))
        [request] = await recovery.asked(sub)
        assert (request.status, request.look_at) == (PaymentRequestStatus.CLOSED, None)


class TestMoneyThatIsToldTwice:
    async def test_is_taken_in_once(self, recovery, sub):
        [request] = await recovery.asked(sub)
        money = self.money(recovery, request, PRICE)
        tenant = recovery.merchant.tenant.id
        assert await recovery.receive.execute(tenant, money) is Received.PAID
        assert await recovery.receive.execute(tenant, money) is Received.KNOWN
        assert (await recovery.subscription(sub)).balance == naira(0)

    async def test_of_another_currency_waits_for_a_person(self, recovery, sub):
        [request] = await recovery.asked(sub)
        money = replace(self.money(recovery, request, PRICE), amount=Money(PRICE, Currency("GHS")))
        assert await recovery.receive.execute(recovery.merchant.tenant.id, money) is Received.HELD
        assert (await recovery.invoice(sub)).status is InvoiceStatus.OPEN

    async def test_of_nobody_is_refused(self, recovery, sub):
        [request] = await recovery.asked(sub)
        unknown = replace(self.money(recovery, request, 1), request_id=recovery.ids.new(PaymentRequestId))
        with pytest.raises(NotFoundError):
            await recovery.receive.execute(recovery.merchant.tenant.id, unknown)

    @staticmethod
    def money(recovery, request, amount: int) -> ArrivedMoney:
        return ArrivedMoney(
            provider="simulated",
            reference="sim-1",
            amount=naira(amount),
            rail=Rail.USSD,
            at=recovery.clock.now(),
            request_id=request.id,
        )


class TestACardThatWasChargedMeanwhile:
    """Money is pushed while nobody knows yet whether the new card was charged."""

    @pytest.fixture
    async def pending(self, recovery, sub):
        await recovery.new_card(sub)
        recovery.gateway.answers[:] = [Unknown("No answer.")]
        assert await recovery.work(sub) is RenewalOutcome.PENDING
        return sub

    async def _settled(self, recovery, subscription, answer):
        async with recovery.contexts.open(recovery.merchant.tenant.id) as repos:
            [attempt] = await repos.attempts.unexplained_of_subscription(subscription.id)
        recovery.gateway.lookups[attempt.reference] = answer(attempt)
        recovery.clock.advance(TimeDelta(seconds=61))
        await recovery.pending.resolve(recovery.merchant.tenant.id, attempt.id)
        async with recovery.contexts.open(recovery.merchant.tenant.id) as repos:
            return await repos.attempts.get(attempt.id)

    async def test_gives_credit_for_all_that_it_took_of_a_paid_invoice(self, recovery, pending):
        [request] = await recovery.asked(pending)
        await recovery.pay(request, PRICE)
        await recovery.look_after(SOON)
        attempt = await self._settled(recovery, pending, lambda one: Approved(one.reference, one.amount))
        assert (attempt.status, attempt.credited) == (AttemptStatus.SUCCEEDED, naira(PRICE))
        assert (await recovery.subscription(pending)).balance == naira(PRICE)

    async def test_gives_credit_for_what_a_part_had_paid(self, recovery, pending):
        [request] = await recovery.asked(pending)
        await recovery.pay(request, 300_000)
        await recovery.look_after(SOON)
        attempt = await self._settled(recovery, pending, lambda one: Approved(one.reference, one.amount))
        assert attempt.credited == naira(300_000)
        assert (await recovery.invoice(pending)).status is InvoiceStatus.PAID
        assert (await recovery.subscription(pending)).balance == naira(300_000)

    async def test_gives_what_it_took_in_vain_back_by_hand_only(self, recovery, pending):
        [request] = await recovery.asked(pending)
        await recovery.pay(request, PRICE)
        await recovery.look_after(SOON)
        await self._settled(recovery, pending, lambda one: Approved(one.reference, one.amount))
        with pytest.raises(ConflictError) as refused:
            await recovery.refund.execute(
                recovery.merchant.tenant.id, RefundInvoiceCommand(invoice_id=request.invoice_id)
            )
        assert refused.value.code == "refund_by_hand"

    async def test_is_not_sent_again_for_what_is_paid(self, recovery, pending):
        [request] = await recovery.asked(pending)
        await recovery.pay(request, PRICE)
        await recovery.look_after(SOON)
        sent = len(recovery.gateway.sent)
        attempt = await self._settled(recovery, pending, lambda _: NotFound())
        assert attempt.status is AttemptStatus.PENDING
        recovery.clock.advance(TimeDelta(hours=24))
        attempt = await self._settled(recovery, pending, lambda _: NotFound())
        assert (attempt.status, attempt.failure_code) == (AttemptStatus.FAILED, "not_presented")
        assert len(recovery.gateway.sent) == sent
        assert (await recovery.subscription(pending)).status is SubscriptionStatus.ACTIVE

    async def test_changes_nothing_of_a_paid_invoice_if_it_is_declined(self, recovery, pending):
        [request] = await recovery.asked(pending)
        await recovery.pay(request, PRICE)
        await recovery.look_after(SOON)
        attempt = await self._settled(recovery, pending, lambda _: Declined("51", "Insufficient funds", None))
        assert attempt.status is AttemptStatus.FAILED
        assert (await recovery.case(pending)).state is DunningState.RECOVERED
        assert (await recovery.subscription(pending)).status is SubscriptionStatus.ACTIVE
