"""What the customer does about their cards reaches the cases that wait for it, in the very transaction."""

from dataclasses import dataclass, replace

import pytest
from whenever import Instant, TimeDelta

from duro.billing import SubscriptionStatus
from duro.billing.recovery import DunningAction
from duro.crypto import Uuid7IdFactory
from duro.db.records import DunningState
from duro.kernel import ConflictError, PaymentMethodId
from duro.merchant_api.billing import GatewayRegistry, RenewalOutcome
from duro.merchant_api.given import Given
from duro.merchant_api.payment_methods import (
    AttachPaymentMethod,
    AttachPaymentMethodCommand,
    CardKeys,
    CardRefusedError,
    DetachPaymentMethod,
    MandateService,
)
from duro.merchant_api.subscriptions import (
    CancelSubscription,
    CancelSubscriptionCommand,
    UpdateSubscription,
    UpdateSubscriptionCommand,
)
from duro.payments import CardDetails, Declined, SimulatedCard, Unknown
from duro.testkit.builders import PaymentMethodBuilder

EXPIRED = Declined("54", "Expired card", None)
REVOKED = Declined("R0", "Stop payment order", None)
REFUSED = Declined("05", "Do not honor", None)
APPROVAL = Declined("1A", "Authentication required", None)


@dataclass(frozen=True)
class Person:
    """A customer of the merchant, with the acts that concern their cards and subscriptions."""

    recovery: object

    @property
    def _parts(self):
        clock = self.recovery.clock
        return self.recovery.contexts, Uuid7IdFactory(clock), clock

    async def adds_a_card(self, subscription, *, number: str = SimulatedCard.APPROVE.number, year: int = 2060):
        contexts, ids, clock = self._parts
        gateways = GatewayRegistry(contexts.mode, [self.recovery.gateway], is_development=True)
        card = CardDetails(number=number, exp_month=12, exp_year=year, cvc="123")
        command = AttachPaymentMethodCommand(customer_id=subscription.customer_id, card=card)
        act = AttachPaymentMethod(contexts, gateways, ids, clock, keys=CardKeys(b"a key"))
        return await act.execute(self.recovery.merchant.tenant.id, command)

    async def removes(self, method_id: PaymentMethodId):
        contexts, ids, clock = self._parts
        gateways = GatewayRegistry(contexts.mode, [self.recovery.gateway], is_development=True)
        act = DetachPaymentMethod(contexts, MandateService(contexts, gateways, clock=clock), ids, clock)
        return await act.execute(self.recovery.merchant.tenant.id, method_id)

    async def pays_with(self, subscription, method_id: PaymentMethodId | None):
        command = UpdateSubscriptionCommand(subscription_id=subscription.id, payment_method_id=Given(value=method_id))
        return await UpdateSubscription(*self._parts).execute(self.recovery.merchant.tenant.id, command)

    async def cancels(self, subscription):
        command = CancelSubscriptionCommand(subscription_id=subscription.id)
        return await CancelSubscription(*self._parts).execute(self.recovery.merchant.tenant.id, command)


@pytest.fixture
def person(recovery, clock) -> Person:
    clock.set(Instant.from_utc(2026, 4, 15, 9))
    return Person(recovery)


class TestAnotherCardOfTheSubscription:
    async def test_is_tried_by_the_next_scan(self, recovery, person):
        subscription = await recovery.declined()
        await recovery.work(subscription)
        assert await recovery.due() == []
        customer = await recovery._customer(subscription)
        other = await recovery.merchant.payment_method(customer, PaymentMethodBuilder(card=SimulatedCard.APPROVE))

        await person.pays_with(subscription, other.id)

        assert await recovery.due() == [(await recovery.case(subscription)).id]
        assert await recovery.work(subscription) is RenewalOutcome.CHARGED
        assert (await recovery.case(subscription)).state is DunningState.RECOVERED

    async def test_wakes_nobody_if_it_is_the_one_it_has(self, recovery, person):
        subscription = await recovery.declined()
        await recovery.work(subscription)
        await person.pays_with(subscription, subscription.payment_method_id)
        assert await recovery.due() == []

    async def test_leaves_a_paused_case_at_rest(self, recovery, person):
        subscription = await recovery.declined()
        await recovery.pauses.pause(recovery.merchant.tenant.id, (await recovery.case(subscription)).id)
        await person.pays_with(subscription, None)
        assert await recovery.due() == []


class TestACardThatACustomerAdds:
    async def test_is_the_one_that_recovery_asked_for(self, recovery, person):
        subscription = await recovery.declined(EXPIRED)
        await recovery.work(subscription)

        added = await person.adds_a_card(subscription)

        assert (await recovery.subscription(subscription)).payment_method_id == added.id
        assert await recovery.due() == [(await recovery.case(subscription)).id]
        assert await recovery.work(subscription) is RenewalOutcome.CHARGED
        after = await recovery.subscription(subscription)
        assert (after.status, after.current_period_start) == (
            SubscriptionStatus.ACTIVE,
            subscription.current_period_end,
        )
        assert await recovery.story(subscription) == ["opened", "asked", "decided", "recovered"]
        assert await recovery.audit() == ()

    async def test_changes_nothing_where_recovery_waits_for_money(self, recovery, person):
        subscription = await recovery.declined()
        await recovery.work(subscription)
        before = await recovery.case(subscription)
        await person.adds_a_card(subscription)
        assert await recovery.case(subscription) == before
        assert (await recovery.subscription(subscription)).payment_method_id == subscription.payment_method_id

    @pytest.mark.parametrize("answer", [REVOKED, APPROVAL], ids=["stopped the charges", "has to approve"])
    async def test_is_a_consent_of_its_own_after_whatever_else_was_asked_of_the_payer(self, recovery, person, answer):
        subscription = await recovery.declined(answer)
        await recovery.work(subscription)
        recovery.clock.advance(TimeDelta(hours=1))

        added = await person.adds_a_card(subscription)

        assert await recovery.work(subscription) is RenewalOutcome.CHARGED
        assert await self._charged(recovery, subscription) == [subscription.payment_method_id, added.id]
        assert (await recovery.case(subscription)).state is DunningState.RECOVERED
        assert await recovery.audit() == ()

    async def test_is_tried_though_no_request_to_push_was_answered(self, recovery, person):
        subscription = await recovery.declined(*[REFUSED] * 3)
        await recovery.until(recovery.clock.now() + TimeDelta(hours=24 * 32))
        waiting = await recovery.case(subscription)
        assert (waiting.action, waiting.cause) == (DunningAction.AWAIT_CUSTOMER, "unanswered")
        tried = await self._charged(recovery, subscription)

        added = await person.adds_a_card(subscription)

        assert await recovery.work(subscription) is RenewalOutcome.CHARGED
        assert await self._charged(recovery, subscription) == [*tried, added.id]

    async def test_is_what_a_case_needs_whose_payer_has_stopped_the_charges(self, recovery, person):
        """Woken without one, the old card isn't charged again."""
        subscription = await recovery.declined(REVOKED)
        await recovery.work(subscription)
        async with recovery.contexts.open(recovery.merchant.tenant.id) as repos:
            await repos.subscriptions.lock(subscription.id)
            await repos.dunning.wake(subscription.id, now=recovery.clock.now())
        await recovery.until(Instant.from_utc(2026, 7, 1, 9))
        assert len(recovery.gateway.sent) == 1

    async def test_wakes_nothing_that_rests_since_its_merchant_tries_by_hand(self, recovery, person):
        async with recovery.contexts.open(recovery.merchant.tenant.id) as repos:
            wishes = replace(await repos.recovery_settings.lock(), auto_recovery=False)
            await repos.recovery_settings.put(wishes, now=recovery.clock.now())
        subscription = await recovery.declined(REVOKED)
        await recovery.work(subscription)
        resting = await recovery.case(subscription)
        await person.adds_a_card(subscription)
        assert await recovery.case(subscription) == resting
        assert (await recovery.subscription(subscription)).payment_method_id == subscription.payment_method_id

    @staticmethod
    async def _charged(recovery, subscription) -> list[PaymentMethodId]:
        invoice = await recovery.invoice(subscription)
        async with recovery.contexts.open(recovery.merchant.tenant.id) as repos:
            return [attempt.payment_method_id for attempt in await repos.attempts.of_invoice(invoice.id)]

    async def test_leaves_alone_what_is_charged_at_this_moment(self, recovery, person):
        subscription = await recovery.declined(EXPIRED)
        await recovery.work(subscription)
        recovery.gateway.answers[:] = [Unknown("Silence.")]
        await recovery.retry_now(subscription)
        await person.adds_a_card(subscription)
        assert (await recovery.subscription(subscription)).payment_method_id == subscription.payment_method_id

    async def test_wakes_nobody_if_it_is_refused(self, recovery, person):
        subscription = await recovery.declined(EXPIRED)
        await recovery.work(subscription)
        with pytest.raises(CardRefusedError):
            await person.adds_a_card(subscription, year=2025)
        assert await recovery.due() == []


class TestACardThatIsRemoved:
    async def test_is_asked_for_at_once_and_not_on_the_day_it_would_have_been_tried(self, recovery, person):
        subscription = await recovery.declined()
        await recovery.work(subscription)

        await person.removes(subscription.payment_method_id)

        assert await recovery.due() == [(await recovery.case(subscription)).id]
        await recovery.work(subscription)
        case = await recovery.case(subscription)
        assert (case.state, case.action) == (DunningState.AWAITING_CUSTOMER, DunningAction.REQUEST_CARD_UPDATE)
        assert len(recovery.gateway.sent) == 1

    async def test_can_not_be_while_recovery_tries_it(self, recovery, person):
        subscription = await recovery.declined()
        recovery.gateway.answers[:] = [Unknown("Silence.")]
        await recovery.retry_now(subscription)
        with pytest.raises(ConflictError, match="in progress"):
            await person.removes(subscription.payment_method_id)


class TestACancellation:
    async def test_closes_the_case_and_no_try_follows(self, recovery, person):
        subscription = await recovery.declined()
        await recovery.work(subscription)

        await person.cancels(subscription)

        assert await recovery.due() == []
        await recovery.until(Instant.from_utc(2026, 7, 1, 9))
        assert await recovery.work(subscription) is RenewalOutcome.SKIPPED
        case = await recovery.case(subscription)
        assert (case.state, case.wake_at, case.next_attempt_at) == (DunningState.CANCELLED, None, None)
        assert len(recovery.gateway.sent) == 1
        assert await recovery.audit() == ()


class TestAResumedCase:
    async def test_goes_on_with_the_method_that_its_subscription_has_by_then(self, recovery, person):
        """It had gone on with another one, which was removed while it was paused."""
        subscription = await recovery.declined(EXPIRED)
        await recovery.work(subscription)
        tenant, customer = recovery.merchant.tenant.id, await recovery._customer(subscription)
        gone = await recovery.merchant.payment_method(customer, PaymentMethodBuilder(card=SimulatedCard.APPROVE))
        async with recovery.contexts.open(tenant) as repos:
            case = (await repos.dunning.lock_open(subscription.id))[0]
            await repos.dunning.update(replace(case, payment_method_id=gone.id))
        await recovery.pauses.pause(tenant, case.id)
        await person.removes(gone.id)
        added = await recovery.merchant.payment_method(customer, PaymentMethodBuilder(card=SimulatedCard.APPROVE))
        await person.pays_with(subscription, added.id)

        await recovery.pauses.resume(tenant, case.id)

        assert await recovery.work(subscription) is RenewalOutcome.CHARGED
        assert (await recovery.case(subscription)).state is DunningState.RECOVERED
