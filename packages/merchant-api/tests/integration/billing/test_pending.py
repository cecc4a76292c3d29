"""An unknown answer is pending, is looked up, and is never charged under another reference."""

import asyncio
from dataclasses import replace

import pytest
from whenever import TimeDelta

from duro.billing import SubscriptionStatus
from duro.db.records import AttemptStatus, InvoiceStatus, RefundStatus
from duro.kernel import Currency, Money
from duro.merchant_api.billing import GatewayRegistry, PendingService, RenewalOutcome
from duro.payments import Approved, ChargeRequest, NotFound, SimulatedCard
from duro.testkit.builders import PaymentMethodBuilder, SubscriptionBuilder

LEASE = TimeDelta(seconds=60)
NGN = Currency("NGN")


class ScriptedGateway:
    """A provider that answers look-ups as told, and counts what it is sent."""

    name = "simulated"
    is_moving_money = False
    settle_window = TimeDelta(seconds=20)

    def __init__(self, *, lookup, is_idempotent: bool = True, charge=None) -> None:
        self.has_idempotent_references = is_idempotent
        self.sent: list[str] = []
        self._lookup = lookup
        self._charge = charge

    async def charge(self, request):
        self.sent.append(request.reference)
        return self._charge

    async def lookup(self, reference):
        return self._lookup


def resolver(loop, gateway, *, clock, ids) -> PendingService:
    gateways = GatewayRegistry(loop.contexts.mode, [gateway], is_development=True)
    return PendingService(loop.contexts, gateways, ids=ids, clock=clock, lease=LEASE)


@pytest.fixture
async def unanswered(loop):
    """A due subscription whose card never answers, though the money is taken."""
    return await due_with(loop, SimulatedCard.TIMEOUT_AFTER)


async def due_with(loop, card: SimulatedCard, **builder):
    customer = await loop.merchant.customer()
    method = await loop.merchant.payment_method(customer, PaymentMethodBuilder(card=card))
    return await loop.merchant.subscription(customer=customer, method=method, builder=SubscriptionBuilder(**builder))


async def the_attempt(loop, subscription):
    [(_, attempts)] = await loop.invoices(subscription.id)
    return attempts[-1]


class TestAnUnknownAnswer:
    async def test_stays_pending_and_moves_nothing(self, loop, unanswered):
        assert await loop.renew(unanswered.id) is RenewalOutcome.PENDING

        after = await loop.subscription(unanswered.id)
        assert after.status is SubscriptionStatus.ACTIVE
        assert after.current_period_end == unanswered.current_period_end
        assert (await the_attempt(loop, unanswered)).status is AttemptStatus.PENDING

    async def test_is_met_by_a_second_job_that_calls_nobody(self, loop, unanswered, clock):
        await loop.renew(unanswered.id)
        clock.advance(LEASE * 3)

        assert await loop.renew(unanswered.id) is RenewalOutcome.PENDING

        [(_, attempts)] = await loop.invoices(unanswered.id)
        assert len(attempts) == 1

    async def test_is_not_looked_up_while_the_lease_lives(self, loop, unanswered, clock):
        await loop.renew(unanswered.id)
        attempt = await the_attempt(loop, unanswered)
        clock.advance(LEASE - TimeDelta(seconds=1))

        assert await loop.pending.resolve(loop.merchant.tenant.id, attempt.id) is RenewalOutcome.SKIPPED

    async def test_that_took_the_money_is_found_and_settled(self, loop, unanswered, clock):
        await loop.renew(unanswered.id)
        attempt = await the_attempt(loop, unanswered)
        clock.advance(LEASE)

        assert await loop.pending.resolve(loop.merchant.tenant.id, attempt.id) is RenewalOutcome.CHARGED

        assert (await loop.subscription(unanswered.id)).cycles_completed == 1
        found = Approved(attempt.reference, Money(500_000, NGN), Money(17_500, NGN))
        assert (await loop.gateway.lookup(attempt.reference)) == found
        assert (await the_attempt(loop, unanswered)).fee == found.fee
        assert await loop.audit() == ()

    async def test_that_took_nothing_is_sent_again_under_the_same_reference(self, loop, clock):
        subscription = await due_with(loop, SimulatedCard.TIMEOUT_BEFORE)
        await loop.renew(subscription.id)
        attempt = await the_attempt(loop, subscription)
        clock.advance(LEASE)

        assert await loop.pending.resolve(loop.merchant.tenant.id, attempt.id) is RenewalOutcome.CHARGED

        [(_, attempts)] = await loop.invoices(subscription.id)
        assert [one.id for one in attempts] == [attempt.id]

    async def test_is_settled_once_by_many(self, loop, unanswered, clock):
        await loop.renew(unanswered.id)
        attempt = await the_attempt(loop, unanswered)
        clock.advance(LEASE)

        outcomes = await asyncio.gather(*(loop.pending.resolve(loop.merchant.tenant.id, attempt.id) for _ in range(6)))

        assert outcomes.count(RenewalOutcome.CHARGED) == 1
        assert (await loop.subscription(unanswered.id)).cycles_completed == 1
        assert await loop.audit() == ()

    async def test_is_not_sent_again_to_a_provider_that_could_take_twice(self, loop, unanswered, clock, ids):
        await loop.renew(unanswered.id)
        attempt = await the_attempt(loop, unanswered)
        clock.advance(LEASE)
        gateway = ScriptedGateway(lookup=NotFound(), is_idempotent=False)

        outcome = await resolver(loop, gateway, clock=clock, ids=ids).resolve(loop.merchant.tenant.id, attempt.id)

        assert outcome is RenewalOutcome.PENDING
        assert gateway.sent == []
        assert (await the_attempt(loop, unanswered)).status is AttemptStatus.REVIEW
        assert await loop.renew(unanswered.id) is RenewalOutcome.PENDING

    @pytest.mark.parametrize("fee", [Money(-1, NGN), Money(500_001, NGN), Money(5, Currency("USD"))])
    async def test_that_names_a_fee_that_cannot_be_settles_the_money_and_leaves_the_fee_unknown(
        self, loop, unanswered, clock, ids, fee
    ):
        await loop.renew(unanswered.id)
        attempt = await the_attempt(loop, unanswered)
        clock.advance(LEASE)
        gateway = ScriptedGateway(lookup=Approved(attempt.reference, Money(500_000, NGN), fee))

        await resolver(loop, gateway, clock=clock, ids=ids).resolve(loop.merchant.tenant.id, attempt.id)

        settled = await the_attempt(loop, unanswered)
        assert (settled.status, settled.fee) == (AttemptStatus.SUCCEEDED, None)
        assert await loop.audit() == ()

    async def test_of_another_amount_goes_to_review(self, loop, unanswered, clock, ids):
        await loop.renew(unanswered.id)
        attempt = await the_attempt(loop, unanswered)
        clock.advance(LEASE)
        gateway = ScriptedGateway(lookup=Approved(attempt.reference, Money(500_001, NGN)))

        await resolver(loop, gateway, clock=clock, ids=ids).resolve(loop.merchant.tenant.id, attempt.id)

        reviewed = await the_attempt(loop, unanswered)
        assert (reviewed.status, reviewed.failure_code) == (AttemptStatus.REVIEW, "amount_mismatch")
        assert (await loop.subscription(unanswered.id)).cycles_completed == 0


class TestASubscriptionThatEndsInFlight:
    async def cancel(self, loop, subscription, clock) -> None:
        async with loop.contexts.open(loop.merchant.tenant.id) as repos:
            locked = await repos.subscriptions.lock(subscription.id)
            assert locked is not None
            change = locked.cancel_now(clock.now())
            await repos.subscriptions.update(change.subscription)
            await repos.events.append(change.subscription, change.events, {})

    async def test_gets_all_of_the_money_back(self, loop, unanswered, clock):
        await loop.renew(unanswered.id)
        await self.cancel(loop, unanswered, clock)
        attempt = await the_attempt(loop, unanswered)
        clock.advance(LEASE)

        assert await loop.pending.resolve(loop.merchant.tenant.id, attempt.id) is RenewalOutcome.CANCELED

        [(invoice, _)] = await loop.invoices(unanswered.id)
        assert invoice.status is InvoiceStatus.PAID
        after = await loop.subscription(unanswered.id)
        assert (after.status, after.cycles_completed) == (SubscriptionStatus.CANCELED, 0)
        async with loop.contexts.open(loop.merchant.tenant.id) as repos:
            [refund] = await repos.refunds.of_attempt(attempt.id)
        assert (refund.status, refund.reason, refund.amount) == (
            RefundStatus.PENDING,
            "canceled_in_flight",
            Money(500_000, NGN),
        )
        assert await loop.audit() == ()

        tenant_id = loop.merchant.tenant.id
        results = await asyncio.gather(*(loop.refunds.process(tenant_id, refund.id) for _ in range(4)))

        assert results.count(RefundStatus.SUCCEEDED) == 1
        [(invoice, _)] = await loop.invoices(unanswered.id)
        assert invoice.amount_refunded == Money(500_000, NGN)
        assert await loop.balances() == {
            "gateway:simulated": 0,
            "receivable": 0,
            "refund_payable": 0,
            "refunds": 500_000,
            "revenue": -500_000,
        }
        assert (await loop.events(unanswered.id))[-1] == "subscription_payment_refunded"
        assert await loop.audit() == ()

    async def test_is_not_charged_late_and_owes_nothing(self, loop, clock):
        subscription = await due_with(loop, SimulatedCard.TIMEOUT_BEFORE, balance=100_000)
        await loop.renew(subscription.id)
        await self.cancel(loop, subscription, clock)
        attempt = await the_attempt(loop, subscription)
        tenant_id = loop.merchant.tenant.id
        clock.advance(LEASE)
        assert await loop.pending.resolve(tenant_id, attempt.id) is RenewalOutcome.PENDING
        clock.advance(TimeDelta(minutes=59))
        assert await loop.pending.resolve(tenant_id, attempt.id) is RenewalOutcome.SKIPPED
        clock.advance(TimeDelta(hours=23))

        assert await loop.pending.resolve(tenant_id, attempt.id) is RenewalOutcome.CANCELED

        assert await loop.gateway.lookup(attempt.reference) == NotFound()
        [(invoice, _)] = await loop.invoices(subscription.id)
        assert invoice.status is InvoiceStatus.VOID
        assert (await loop.subscription(subscription.id)).balance == Money(100_000, NGN)

    async def test_gets_back_even_what_its_first_sender_takes_hours_later(self, loop, clock):
        subscription = await due_with(loop, SimulatedCard.TIMEOUT_BEFORE)
        await loop.renew(subscription.id)
        await self.cancel(loop, subscription, clock)
        attempt = await the_attempt(loop, subscription)
        tenant_id = loop.merchant.tenant.id
        clock.advance(LEASE)
        assert await loop.pending.resolve(tenant_id, attempt.id) is RenewalOutcome.PENDING
        late = ChargeRequest(
            reference=attempt.reference,
            amount=attempt.amount,
            token=SimulatedCard.APPROVE.token,
            customer_email="ngozi@example.com",
            description="held up",
        )
        await loop.gateway.charge(late)
        clock.advance(TimeDelta(hours=1))

        assert await loop.pending.resolve(tenant_id, attempt.id) is RenewalOutcome.CANCELED

        async with loop.contexts.open(tenant_id) as repos:
            [refund] = await repos.refunds.of_attempt(attempt.id)
        assert refund.amount == attempt.amount
        assert await loop.audit() == ()


class TestAFirstPayment:
    async def test_activates(self, loop):
        subscription = await due_with(loop, SimulatedCard.APPROVE, status=SubscriptionStatus.INCOMPLETE)

        assert await loop.renew(subscription.id, starting=True) is RenewalOutcome.CHARGED
        assert (await loop.subscription(subscription.id)).status is SubscriptionStatus.ACTIVE

    async def test_that_is_declined_stays_open_without_a_case(self, loop):
        subscription = await due_with(loop, SimulatedCard.INSUFFICIENT_FUNDS, status=SubscriptionStatus.INCOMPLETE)

        assert await loop.renew(subscription.id, starting=True) is RenewalOutcome.DUNNING

        assert (await loop.subscription(subscription.id)).status is SubscriptionStatus.INCOMPLETE
        [(invoice, attempts)] = await loop.invoices(subscription.id)
        assert (invoice.status, len(attempts)) == (InvoiceStatus.OPEN, 1)
        async with loop.contexts.open(loop.merchant.tenant.id) as repos:
            assert await repos.dunning.of_invoice(invoice.id) is None
        assert await loop.renew(subscription.id, starting=True) is RenewalOutcome.SKIPPED
        assert len((await loop.invoices(subscription.id))[0][1]) == 1

    async def test_is_driven_when_the_request_died_before_its_claim(self, loop):
        subscription = await due_with(loop, SimulatedCard.APPROVE, status=SubscriptionStatus.INCOMPLETE)

        assert await loop.incomplete.drive(loop.merchant.tenant.id, subscription.id) is RenewalOutcome.CHARGED

    async def test_that_never_came_expires_after_23_hours_and_owes_nothing(self, loop, clock):
        subscription = await due_with(
            loop, SimulatedCard.INSUFFICIENT_FUNDS, status=SubscriptionStatus.INCOMPLETE, balance=100_000
        )
        await loop.renew(subscription.id, starting=True)
        tenant_id = loop.merchant.tenant.id
        clock.advance(TimeDelta(hours=23) - TimeDelta(seconds=1))
        assert await loop.incomplete.drive(tenant_id, subscription.id) is RenewalOutcome.SKIPPED

        clock.advance(TimeDelta(seconds=1))
        assert await loop.incomplete.drive(tenant_id, subscription.id) is RenewalOutcome.EXPIRED

        after = await loop.subscription(subscription.id)
        assert (after.status, after.balance) == (SubscriptionStatus.INCOMPLETE_EXPIRED, Money(100_000, NGN))
        [(invoice, _)] = await loop.invoices(subscription.id)
        assert invoice.status is InvoiceStatus.VOID
        assert (await loop.events(subscription.id))[-1] == "subscription_expired"

    async def test_in_flight_is_not_given_up(self, loop, clock):
        subscription = await due_with(loop, SimulatedCard.TIMEOUT_AFTER, status=SubscriptionStatus.INCOMPLETE)
        await loop.renew(subscription.id, starting=True)
        clock.advance(TimeDelta(hours=24))

        assert await loop.incomplete.drive(loop.merchant.tenant.id, subscription.id) is RenewalOutcome.PENDING
        attempt = await the_attempt(loop, subscription)
        assert await loop.pending.resolve(loop.merchant.tenant.id, attempt.id) is RenewalOutcome.CHARGED
        assert (await loop.subscription(subscription.id)).status is SubscriptionStatus.ACTIVE

    async def test_on_an_invoice_without_a_try_is_tried_once_there_is_a_card(self, loop, clock):
        customer = await loop.merchant.customer()
        bare = await loop.merchant.payment_method(customer, PaymentMethodBuilder(is_detached=True))
        subscription = await loop.merchant.subscription(
            customer=customer, method=bare, builder=SubscriptionBuilder(status=SubscriptionStatus.INCOMPLETE)
        )
        assert await loop.renew(subscription.id, starting=True) is RenewalOutcome.DUNNING
        card = await loop.merchant.payment_method(customer)
        async with loop.contexts.open(loop.merchant.tenant.id) as repos:
            locked = await repos.subscriptions.lock(subscription.id)
            assert locked is not None
            await repos.subscriptions.update(with_method(locked, card))

        assert await loop.incomplete.drive(loop.merchant.tenant.id, subscription.id) is RenewalOutcome.CHARGED
        assert len(await loop.invoices(subscription.id)) == 1


def with_method(subscription, card):
    return replace(subscription, payment_method_id=card.id)
