"""Renewals and recovery cases that are paid by mandate: when it may be charged, and when it is what is left."""

import pytest
from whenever import TimeDelta

from duro.billing import SubscriptionStatus
from duro.billing.recovery import DunningAction, DunningCause
from duro.db import PageRequest
from duro.db.records import AttemptStatus, DunningState
from duro.kernel import Currency, Money
from duro.merchant_api.billing import RenewalOutcome
from duro.payments.simulated import SimulatedBankAccount, SimulatedCard
from duro.testkit.builders import PaymentMethodBuilder, PlanBuilder, SubscriptionBuilder

CHARGED, DUNNING, PENDING = RenewalOutcome.CHARGED, RenewalOutcome.DUNNING, RenewalOutcome.PENDING
PRICE = 500_000
HOUR = TimeDelta(hours=1)


@pytest.fixture
def approved(town):
    """Give a customer's mandate on an account, that became active so long ago."""

    async def make(account, customer=None, *, ago=3 * HOUR, **terms):
        method = await town.attach(account.number, customer, **terms)
        await town.look()
        town.clock.advance(ago - TimeDelta(minutes=2))
        return await town.method(method.id)

    return make


@pytest.fixture
def due(town):
    """Give a subscription that is due now, paid with a method of its customer."""

    async def make(method):
        plan = await town.merchant.plan(PlanBuilder(amount=Money(PRICE, Currency("NGN"))))
        async with town.contexts.open(town.tenant_id) as repos:
            customer = await repos.customers.get(method.customer_id)
        return await town.merchant.subscription(plan, customer, method)

    return make


@pytest.fixture
def renew(town):
    async def make(subscription):
        return await town.billing.renew(town.tenant_id, subscription.id)

    return make


class TestARenewal:
    @pytest.mark.parametrize("ceiling", [PRICE, 2_000_000])
    async def test_is_paid_by_mandate(self, town, approved, due, renew, ceiling):
        subscription = await due(await approved(SimulatedBankAccount.APPROVE, ceiling=ceiling))
        assert await renew(subscription) is CHARGED
        [attempt] = await town.attempts(subscription)
        assert (attempt.rail, attempt.status) == ("direct_debit", AttemptStatus.SUCCEEDED)
        async with town.contexts.open(town.tenant_id) as repos:
            assert (await repos.invoices.get(attempt.invoice_id)).rail == "direct_debit"
        assert await town.audit() == ()

    async def test_sends_nothing_above_the_ceiling(self, town, approved, due, renew):
        subscription = await due(await approved(SimulatedBankAccount.APPROVE, ceiling=PRICE - 1))
        assert await renew(subscription) is DUNNING
        assert await town.attempts(subscription) == ()
        assert await town.work(subscription) is DUNNING
        assert (await town.case(subscription)).action is DunningAction.REQUEST_CARD_UPDATE
        assert await town.attempts(subscription) == ()
        assert await town.audit() == ()

    @pytest.mark.parametrize("account", [SimulatedBankAccount.WAIT, SimulatedBankAccount.REJECTED])
    async def test_charges_no_mandate_that_is_not_active(self, town, due, renew, account):
        subscription = await due(await town.attach(account.number))
        assert await renew(subscription) is DUNNING
        assert await town.attempts(subscription) == ()

    async def test_charges_no_mandate_that_was_revoked(self, town, approved, due, renew):
        method = await approved(SimulatedBankAccount.APPROVE)
        subscription = await due(method)
        await town.provider.mandates.revoke(method.reference)
        await town.refresh(method.id)
        assert await renew(subscription) is DUNNING
        assert await town.attempts(subscription) == ()


class TestAStart:
    @pytest.fixture
    def start(self, town):
        """Start a subscription and say what became of its first payment."""

        async def make(method):
            async with town.contexts.open(town.tenant_id) as repos:
                customer = await repos.customers.get(method.customer_id)
            builder = SubscriptionBuilder(status=SubscriptionStatus.INCOMPLETE)
            subscription = await town.merchant.subscription(None, customer, method, builder=builder)
            return subscription, await town.incomplete.drive(town.tenant_id, subscription.id)

        return make

    async def test_waits_for_its_payers_approval(self, town, start):
        method = await town.attach(SimulatedBankAccount.APPROVE_AT_ONCE.number)
        subscription, _ = await start(method)
        assert await town.attempts(subscription) == ()
        await town.look()
        assert await town.incomplete.drive(town.tenant_id, subscription.id) is CHARGED
        assert (await town.subscription(subscription)).status is SubscriptionStatus.ACTIVE
        assert await town.audit() == ()

    async def test_waits_for_the_banks_set_up(self, town, approved, start):
        method = await approved(SimulatedBankAccount.APPROVE, ago=HOUR)
        subscription, outcome = await start(method)
        assert outcome is DUNNING
        town.clock.set(method.mandate.activated_at + 2 * HOUR - TimeDelta(seconds=1))
        await town.incomplete.drive(town.tenant_id, subscription.id)
        assert len(await town.attempts(subscription)) == 1
        town.clock.advance(TimeDelta(seconds=1))
        assert await town.incomplete.drive(town.tenant_id, subscription.id) is CHARGED
        assert [one.failure_code for one in await town.attempts(subscription)] == ["05", None]
        assert await town.audit() == ()

    async def test_is_tried_once_where_that_was_not_the_reason(self, town, approved, start):
        method = await approved(SimulatedBankAccount.INSUFFICIENT_FUNDS, ago=HOUR)
        subscription, _ = await start(method)
        town.clock.advance(3 * HOUR)
        await town.incomplete.drive(town.tenant_id, subscription.id)
        assert len(await town.attempts(subscription)) == 1


class TestACaseOfAMandate:
    async def test_waits_for_its_payers_approval(self, town, due, renew):
        method = await town.attach(SimulatedBankAccount.WAIT.number)
        subscription = await due(method)
        await renew(subscription)
        await town.work(subscription)
        case = await town.case(subscription)
        assert (case.action, case.cause) == (DunningAction.AWAIT_CUSTOMER, DunningCause.MANDATE_NOT_ACTIVE)
        async with town.contexts.open(town.tenant_id) as repos:
            [told] = (await repos.messages.list(PageRequest(), subscription_id=subscription.id)).items
        account = "account 9990000001 at Simulated Bank (Mandate Activation)"
        assert told.facts.reason == f"To let us debit your bank account, send NGN 50.00 from it to {account}."

        await town.provider.mandates.activate(method.reference)
        await town.refresh(method.id)

        assert (await town.case(subscription)).wake_at == town.clock.now()
        assert await town.work(subscription) is DUNNING
        case = await town.case(subscription)
        assert town.clock.now() + 2 * HOUR <= case.next_attempt_at < town.clock.now() + 4 * HOUR
        assert await town.work(subscription) is CHARGED
        assert (await town.subscription(subscription)).status is SubscriptionStatus.ACTIVE
        assert await town.audit() == ()

    async def test_waits_for_the_banks_set_up(self, town, approved, due, renew):
        method = await approved(SimulatedBankAccount.APPROVE, ago=HOUR)
        subscription = await due(method)
        assert await renew(subscription) is DUNNING
        assert [attempt.failure_code for attempt in await town.attempts(subscription)] == ["05"]

        assert await town.work(subscription) is DUNNING

        case, ready_at = await town.case(subscription), method.mandate.activated_at + 2 * HOUR
        assert (case.action, case.cause, case.rail) == (
            DunningAction.RETRY,
            DunningCause.MANDATE_SET_UP,
            "direct_debit",
        )
        assert ready_at <= case.next_attempt_at < ready_at + 2 * HOUR
        assert await town.work(subscription) is CHARGED
        case = await town.case(subscription)
        assert (case.state, case.recovered_rail) == (DunningState.RECOVERED, "direct_debit")
        assert await town.audit() == ()

    async def test_is_tried_again_when_there_may_be_money(self, town, approved, due, renew):
        subscription = await due(await approved(SimulatedBankAccount.INSUFFICIENT_FUNDS))
        assert await renew(subscription) is DUNNING
        assert await town.work(subscription) is DUNNING
        case = await town.case(subscription)
        assert (case.action, case.rail) == (DunningAction.RETRY_PAYDAY, "direct_debit")

    async def test_is_left_to_a_payer_who_stopped_the_debits(self, town, approved, due, renew):
        subscription = await due(await approved(SimulatedBankAccount.STOPPED))
        assert await renew(subscription) is DUNNING
        await town.work(subscription)
        case = await town.case(subscription)
        assert (case.action, case.cause) == (DunningAction.AWAIT_CUSTOMER, DunningCause.REVOKED)

    async def test_asks_for_another_when_it_is_revoked(self, town, approved, due, renew):
        method = await approved(SimulatedBankAccount.INSUFFICIENT_FUNDS)
        subscription = await due(method)
        await renew(subscription)
        await town.work(subscription)
        await town.provider.mandates.revoke(method.reference)
        await town.refresh(method.id)
        assert (await town.case(subscription)).wake_at == town.clock.now()
        await town.work(subscription)
        assert (await town.case(subscription)).action is DunningAction.REQUEST_CARD_UPDATE


class TestACaseOfACard:
    @pytest.fixture
    def barred(self, town, due):
        """Give a subscription whose card was just barred for ever; its customer may have mandates."""

        async def make(customer):
            card = await town.merchant.payment_method(customer, PaymentMethodBuilder(card=SimulatedCard.APPROVE))
            subscription = await due(card)
            town.bar_next()
            assert await town.billing.renew(town.tenant_id, subscription.id) is DUNNING
            return subscription

        return make

    async def test_goes_on_with_the_payers_mandate(self, town, approved, barred):
        customer = await town.merchant.customer()
        mandate = await approved(SimulatedBankAccount.APPROVE, customer, ago=HOUR)
        subscription = await barred(customer)

        assert await town.work(subscription) is DUNNING

        case = await town.case(subscription)
        assert (case.action, case.rail, case.payment_method_id) == (
            DunningAction.SWITCH_RAIL,
            "direct_debit",
            mandate.id,
        )
        assert case.next_attempt_at == mandate.mandate.activated_at + 2 * HOUR
        assert await town.work(subscription) is CHARGED
        attempts = await town.attempts(subscription)
        assert [(attempt.rail, attempt.payment_method_id) for attempt in attempts] == [
            ("card", subscription.payment_method_id),
            ("direct_debit", mandate.id),
        ]
        case, after = await town.case(subscription), await town.subscription(subscription)
        assert (case.state, case.recovered_rail, case.recovered_action) == (
            DunningState.RECOVERED,
            "direct_debit",
            DunningAction.SWITCH_RAIL,
        )
        assert (after.status, after.payment_method_id) == (SubscriptionStatus.ACTIVE, subscription.payment_method_id)
        assert await town.audit() == ()

    async def test_stays_with_the_mandate_it_went_on_with(self, town, approved, barred):
        customer = await town.merchant.customer()
        mandate = await approved(SimulatedBankAccount.INSUFFICIENT_FUNDS, customer)
        subscription = await barred(customer)
        await town.work(subscription)
        assert await town.work(subscription) is DUNNING
        case = await town.case(subscription)
        assert (case.action, case.payment_method_id) == (DunningAction.RETRY_PAYDAY, mandate.id)
        assert [attempt.rail for attempt in await town.attempts(subscription)] == ["card", "direct_debit"]

    async def test_is_decided_about_anew_when_that_mandate_is_removed(self, town, approved, barred):
        customer = await town.merchant.customer()
        mandate = await approved(SimulatedBankAccount.INSUFFICIENT_FUNDS, customer)
        subscription = await barred(customer)
        await town.work(subscription)
        await town.detach(mandate.id)
        case = await town.case(subscription)
        assert (case.payment_method_id, case.wake_at) == (None, town.clock.now())
        await town.work(subscription)
        assert (await town.case(subscription)).action is DunningAction.REQUEST_CARD_UPDATE
        assert [attempt.rail for attempt in await town.attempts(subscription)] == ["card"]

    @pytest.mark.parametrize(
        ("account", "ceiling"),
        [
            (SimulatedBankAccount.APPROVE, PRICE - 1),
            (SimulatedBankAccount.WAIT, PRICE),
            (SimulatedBankAccount.REJECTED, PRICE),
        ],
    )
    async def test_goes_on_with_no_mandate_that_cannot_pay_it(self, town, approved, barred, account, ceiling):
        customer = await town.merchant.customer()
        await approved(account, customer, ceiling=ceiling)
        subscription = await barred(customer)
        await town.work(subscription)
        assert (await town.case(subscription)).action is DunningAction.REQUEST_CARD_UPDATE

    async def test_goes_on_with_nobody_elses_mandate(self, town, approved, barred):
        await approved(SimulatedBankAccount.APPROVE)
        subscription = await barred(await town.merchant.customer())
        await town.work(subscription)
        assert (await town.case(subscription)).action is DunningAction.REQUEST_CARD_UPDATE

    async def test_that_asks_for_another_takes_a_mandate_once_it_is_active(self, town, barred):
        customer = await town.merchant.customer()
        subscription = await barred(customer)
        await town.work(subscription)
        mandate = await town.attach(SimulatedBankAccount.APPROVE_AT_ONCE.number, customer)
        assert (await town.subscription(subscription)).payment_method_id != mandate.id
        await town.look()
        assert (await town.subscription(subscription)).payment_method_id == mandate.id
        assert await town.work(subscription) is DUNNING
        assert await town.work(subscription) is CHARGED
        assert await town.audit() == ()

    async def test_that_asks_for_another_takes_no_mandate_whose_ceiling_is_too_low(self, town, barred):
        customer = await town.merchant.customer()
        subscription = await barred(customer)
        await town.work(subscription)
        await town.attach(SimulatedBankAccount.APPROVE_AT_ONCE.number, customer, ceiling=PRICE - 1)
        await town.look()
        assert (await town.subscription(subscription)).payment_method_id == subscription.payment_method_id
        assert (await town.case(subscription)).action is DunningAction.REQUEST_CARD_UPDATE


class TestTryingNow:
    async def test_charges_the_mandate_that_the_case_goes_on_with(self, town, approved):
        customer = await town.merchant.customer()
        mandate = await approved(SimulatedBankAccount.APPROVE, customer)
        card = await town.merchant.payment_method(customer)
        subscription = await town.merchant.subscription(
            await town.merchant.plan(PlanBuilder(amount=Money(PRICE, Currency("NGN")))), customer, card
        )
        town.bar_next()
        await town.billing.renew(town.tenant_id, subscription.id)
        await town.work(subscription)
        told = await town.retry_now(subscription)
        assert [(one.rail, one.payment_method_id) for one in told.attempts][-1] == ("direct_debit", mandate.id)
        assert (await town.case(subscription)).state is DunningState.RECOVERED
        assert await town.audit() == ()
