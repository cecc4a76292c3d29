from dataclasses import replace

from whenever import Instant, TimeDelta

from duro.crypto import Uuid7IdFactory
from duro.db import PageRequest
from duro.db.message_rows import MessageStatus
from duro.db.records import AttemptStatus
from duro.db.recovery_settings import RecoverySettings
from duro.kernel import Currency, Money
from duro.merchant_api.billing import RenewalOutcome
from duro.merchant_api.subscriptions import (
    CancelSubscription,
    CancelSubscriptionCommand,
    StartSubscription,
    StartSubscriptionCommand,
)
from duro.payments import Declined
from duro.testkit import PlanBuilder

NO_FUNDS = Declined("51", "Insufficient funds", None)
EXPIRED = Declined("54", "Expired card", None)
STOLEN = Declined("43", "Stolen card, pick up", None)
APPROVAL = Declined("1A", "Additional customer authentication required", None)
HOUR = TimeDelta(hours=1)


async def attempts_of(desk, subscription):
    async with desk.recovery.contexts.open(desk.tenant.id) as repos:
        [invoice] = (await repos.invoices.list(PageRequest(limit=10), subscription_id=subscription.id)).items
        return await repos.attempts.of_invoice(invoice.id)


async def begun(desk, *, amount=None, **wishes):
    """Let somebody subscribe."""
    recovery = desk.recovery
    merchant, clock = recovery.merchant, recovery.clock
    plan = await merchant.plan(PlanBuilder() if amount is None else PlanBuilder(amount=amount))
    customer = await merchant.customer()
    method = await merchant.payment_method(customer)
    act = StartSubscription(recovery.contexts, recovery.billing, recovery.gateways, recovery.ids, clock)
    command = StartSubscriptionCommand(customer_id=customer.id, plan_id=plan.id, payment_method_id=method.id, **wishes)
    return await act.execute(desk.tenant.id, command)


class TestAPaidRenewal:
    async def test_is_receipted_with_what_was_paid_and_what_comes_next(self, desk):
        subscription = await desk.recovery.merchant.subscription()
        assert await desk.recovery.billing.renew(desk.tenant.id, subscription.id) is RenewalOutcome.CHARGED
        [message] = await desk.messages(subscription)
        [attempt] = await attempts_of(desk, subscription)
        after = await desk.recovery.subscription(subscription)
        assert (message.kind, message.cause, message.status) == ("receipt", str(attempt.id), MessageStatus.PENDING)
        assert message.facts.amount == attempt.amount
        assert message.facts.next_attempt_at == after.current_period_end

    async def test_is_receipted_once_however_often_it_is_renewed(self, desk):
        subscription = await desk.recovery.merchant.subscription()
        for _ in range(3):
            await desk.recovery.billing.renew(desk.tenant.id, subscription.id)
        assert await desk.kinds(subscription) == ["receipt"]


class TestADeclinedRenewal:
    async def test_is_told_with_words_for_the_payer_and_the_next_try(self, desk):
        subscription = await desk.asked(NO_FUNDS)
        [message] = await desk.messages(subscription)
        [attempt] = await attempts_of(desk, subscription)
        case = await desk.recovery.case(subscription)
        assert (message.kind, message.cause) == ("dunning_1", str(attempt.id))
        assert (message.facts.next_attempt_at, message.facts.amount) == (case.next_attempt_at, attempt.amount)
        assert message.facts.reason
        assert "Insufficient" not in message.facts.reason

    async def test_is_told_once_for_a_try_however_often_its_case_is_looked_at(self, desk):
        subscription = await desk.asked(NO_FUNDS)
        for _ in range(2):
            async with desk.recovery.contexts.open(desk.tenant.id) as repos:
                await repos.dunning.wake(subscription.id, now=desk.clock.now())
            await desk.recovery.work(subscription)
        assert await desk.kinds(subscription) == ["dunning_1"]

    async def test_is_told_again_after_every_try_and_at_last_of_its_recovery(self, desk, clock):
        subscription = await desk.asked(NO_FUNDS, NO_FUNDS)
        await desk.recovery.until(Instant.from_utc(2026, 5, 4, 9))
        declined = [a for a in await attempts_of(desk, subscription) if a.status is AttemptStatus.FAILED]
        assert len(declined) == 2
        assert await desk.kinds(subscription) == ["dunning_1", "dunning_2", "receipt", "payment_recovered"]
        messages = await desk.messages(subscription)
        assert [message.cause for message in messages[:2]] == [str(attempt.id) for attempt in declined]
        assert messages[2].cause == messages[3].cause

    async def test_never_speaks_of_crime(self, desk):
        subscription = await desk.asked(STOLEN)
        [message] = await desk.messages(subscription)
        assert not {"stolen", "lost", "fraud", "pick"} & set(message.facts.reason.casefold().split())

    async def test_asks_for_approval_where_the_bank_wants_it(self, desk):
        subscription = await desk.asked(APPROVAL)
        assert await desk.kinds(subscription) == ["authentication_link"]

    async def test_says_that_the_end_is_near_when_the_last_try_is_what_comes(self, desk):
        subscription = await desk.asked(*[NO_FUNDS] * 5)
        await desk.recovery.until(desk.clock.now() + 24 * 36 * HOUR)
        assert await desk.kinds(subscription) == ["dunning_1", "dunning_2", "dunning_3", "dunning_4"]

    async def test_never_says_so_of_tries_that_a_merchant_makes_by_hand(self, desk, clock):
        subscription = await desk.asked(*[NO_FUNDS] * 8)
        for _ in range(6):
            clock.advance(HOUR)
            await desk.recovery.retry_now(subscription)
            await desk.recovery.work(subscription)
        assert await desk.kinds(subscription) == ["dunning_1", "dunning_2", *["dunning_3"] * 5]

    async def test_is_never_told_in_milder_words_than_before(self, desk, clock):
        subscription = await desk.asked(EXPIRED)
        await desk.recovery.until(clock.now() + 24 * 10 * HOUR)
        desk.recovery.gateway.answers[:] = [NO_FUNDS]
        await desk.recovery.new_card(subscription)
        await desk.recovery.until(clock.now() + HOUR)
        assert (await desk.kinds(subscription))[-2:] == ["dunning_3", "dunning_3"]

    async def test_is_told_though_nobody_tries_again_by_itself(self, desk, clock):
        async with desk.recovery.contexts.open(desk.tenant.id) as repos:
            await repos.recovery_settings.put(RecoverySettings(auto_recovery=False), now=clock.now())
        subscription = await desk.asked(NO_FUNDS)
        await desk.recovery.until(clock.now() + 24 * 31 * HOUR)
        assert await desk.kinds(subscription) == ["dunning_1"]
        [message] = await desk.messages(subscription)
        assert message.facts.next_attempt_at is None
        await desk.recovery.until(clock.now() + 24 * 2 * HOUR)
        assert await desk.kinds(subscription) == ["dunning_1", "dunning_4"]


class TestACaseThatWaitsForItsPayer:
    async def test_reminds_them_a_few_times_and_once_more_when_its_end_is_near(self, desk, clock):
        opened_at = clock.now()
        subscription = await desk.asked(EXPIRED)
        await desk.recovery.until(opened_at + 24 * 36 * HOUR)
        told = [(message.kind.value, message.created_at - opened_at) for message in await desk.messages(subscription)]
        assert told == [
            ("dunning_1", 0 * HOUR),
            ("dunning_2", 24 * HOUR),
            ("dunning_3", 48 * HOUR),
            ("dunning_3", 72 * HOUR),
            ("dunning_3", 120 * HOUR),
            ("dunning_4", 24 * 32 * HOUR),
        ]


class TestACancellation:
    async def test_is_told_once(self, desk, clock):
        subscription = await desk.recovery.merchant.subscription()
        act = CancelSubscription(desk.recovery.contexts, Uuid7IdFactory(clock), clock)
        await act.execute(desk.tenant.id, CancelSubscriptionCommand(subscription_id=subscription.id))
        assert await desk.kinds(subscription) == ["cancellation"]

    async def test_is_told_when_the_period_it_waited_for_is_over(self, desk):
        subscription = await desk.recovery.merchant.subscription()
        async with desk.recovery.contexts.open(desk.tenant.id) as repos:
            locked = await repos.subscriptions.lock(subscription.id)
            await repos.subscriptions.update(replace(locked, cancel_at_period_end=True))
        assert await desk.recovery.billing.renew(desk.tenant.id, subscription.id) is RenewalOutcome.CANCELED
        assert await desk.kinds(subscription) == ["cancellation"]


class TestABegunSubscription:
    async def test_is_welcomed_and_receipted(self, desk):
        subscription = await begun(desk)
        assert await desk.kinds(subscription) == ["welcome", "receipt"]
        [welcome, _] = await desk.messages(subscription)
        assert (welcome.cause, welcome.facts.amount) == (str(subscription.id), subscription.terms.amount)
        assert welcome.facts.next_attempt_at == subscription.current_period_end

    async def test_is_not_welcomed_again_when_it_renews(self, desk, clock):
        subscription = await begun(desk)
        clock.advance(subscription.current_period_end - clock.now())
        assert await desk.recovery.billing.renew(desk.tenant.id, subscription.id) is RenewalOutcome.CHARGED
        assert await desk.kinds(subscription) == ["welcome", "receipt", "receipt"]

    async def test_is_welcomed_when_its_trial_begins_and_not_when_that_ends(self, desk, clock):
        subscription = await begun(desk, trial_days=7)
        assert await desk.kinds(subscription) == ["welcome"]
        clock.advance(subscription.current_period_end - clock.now())
        assert await desk.recovery.billing.renew(desk.tenant.id, subscription.id) is RenewalOutcome.CHARGED
        assert await desk.kinds(subscription) == ["welcome", "receipt"]

    async def test_is_welcomed_though_its_first_period_costs_nothing(self, desk):
        subscription = await begun(desk, amount=Money(0, Currency("NGN")))
        assert await desk.kinds(subscription) == ["welcome"]

    async def test_is_not_welcomed_if_it_began_elsewhere(self, desk, clock):
        subscription = await begun(desk, current_period_end=clock.now() + HOUR * 240)
        assert (subscription.status, await desk.kinds(subscription)) == ("active", [])

    async def test_is_not_welcomed_while_nobody_has_paid(self, desk):
        desk.recovery.gateway.answers[:] = [NO_FUNDS]
        subscription = await begun(desk)
        assert (subscription.status, await desk.kinds(subscription)) == ("incomplete", [])

    async def test_is_not_welcomed_in_the_morning_if_it_has_ended_in_the_night(self, desk, clock):
        clock.advance(HOUR * 13)
        subscription = await begun(desk)
        await desk.deliver()
        act = CancelSubscription(desk.recovery.contexts, Uuid7IdFactory(clock), clock)
        await act.execute(desk.tenant.id, CancelSubscriptionCommand(subscription_id=subscription.id))
        clock.advance(HOUR * 12)
        await desk.deliver()
        outcomes = {message.kind.value: message.outcome for message in await desk.messages(subscription)}
        assert outcomes == {"welcome": "ended", "receipt": "accepted", "cancellation": "accepted"}
