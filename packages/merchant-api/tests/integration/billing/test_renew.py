"""BillingService.renew, its six branches and its edges, on a real Postgres in both modes."""

import asyncio

import pytest
from whenever import Instant, TimeDelta

from duro.billing import Interval, SubscriptionStatus
from duro.db.records import AttemptStatus, DunningState, InvoiceStatus
from duro.kernel import Currency, Money, SubscriptionId
from duro.merchant_api.billing import Renewal, RenewalOutcome
from duro.payments import SimulatedCard
from duro.testkit.builders import PaymentMethodBuilder, PlanBuilder, SubscriptionBuilder, TenantBuilder

NGN = Currency("NGN")


class TestAChargeThatIsApproved:
    async def test_pays_the_next_period_and_moves_into_it(self, loop, clock):
        subscription = await loop.merchant.subscription()

        assert await loop.renew(subscription.id) is RenewalOutcome.CHARGED

        renewed = await loop.subscription(subscription.id)
        assert renewed.status is SubscriptionStatus.ACTIVE
        assert renewed.current_period_start == subscription.current_period_end
        assert renewed.current_period_end == Instant.from_utc(2026, 4, 30, hour=9)
        assert renewed.cycles_completed == 1
        [(invoice, [attempt])] = await loop.invoices(subscription.id)
        assert invoice.status is InvoiceStatus.PAID
        assert invoice.total == invoice.amount_paid == Money(500_000, NGN)
        assert (invoice.period_start, invoice.period_end) == (renewed.current_period_start, renewed.current_period_end)
        assert (attempt.status, attempt.fee) == (AttemptStatus.SUCCEEDED, Money(17_500, NGN))
        assert await loop.events(subscription.id) == ["invoice_created", "subscription_payment_success"]
        assert await loop.balances() == {"gateway:simulated": 500_000, "receivable": 0, "revenue": -500_000}
        assert await loop.audit() == ()

    async def test_finds_nothing_more_to_do(self, loop):
        subscription = await loop.merchant.subscription()
        await loop.renew(subscription.id)

        assert await loop.renew(subscription.id) is RenewalOutcome.SKIPPED
        assert len(await loop.invoices(subscription.id)) == 1

    async def test_bills_the_quantity(self, loop):
        subscription = await loop.merchant.subscription(builder=SubscriptionBuilder(quantity=3))

        await loop.renew(subscription.id)

        [(invoice, _)] = await loop.invoices(subscription.id)
        assert invoice.total == Money(1_500_000, NGN)

    async def test_is_made_once_by_racing_jobs(self, loop, gateway):
        subscription = await loop.merchant.subscription()

        outcomes = await asyncio.gather(*(loop.renew(subscription.id) for _ in range(8)))

        assert outcomes.count(RenewalOutcome.CHARGED) == 1
        assert set(outcomes) <= {RenewalOutcome.CHARGED, RenewalOutcome.PENDING, RenewalOutcome.SKIPPED}
        [(invoice, attempts)] = await loop.invoices(subscription.id)
        assert len(attempts) == 1
        assert invoice.status is InvoiceStatus.PAID

    async def test_serves_a_whole_list_at_once(self, loop):
        subscriptions = [await loop.merchant.subscription() for _ in range(5)]
        unknown = SubscriptionId(subscriptions[0].customer_id.value)

        renewals = await loop.billing.renew_many(loop.merchant.tenant.id, [*(one.id for one in subscriptions), unknown])

        assert renewals == {
            **{one.id: Renewal(RenewalOutcome.CHARGED) for one in subscriptions},
            unknown: Renewal(RenewalOutcome.SKIPPED),
        }
        assert await loop.audit() == ()


class TestAList:
    async def test_settles_what_is_answered_and_keeps_nobody_waiting_for_a_slow_charge(self, loop):
        quick = await loop.merchant.subscription()
        customer = await loop.merchant.customer()
        method = await loop.merchant.payment_method(customer, PaymentMethodBuilder(card=SimulatedCard.SLOW))
        slow = await loop.merchant.subscription(customer=customer, method=method)

        told = []
        async for subscription_id, renewal in loop.billing.renew_each(loop.merchant.tenant.id, [slow.id, quick.id]):
            told.append((subscription_id, renewal.outcome, (await loop.subscription(slow.id)).cycles_completed))

        assert told == [(quick.id, RenewalOutcome.CHARGED, 0), (slow.id, RenewalOutcome.CHARGED, 1)]
        assert await loop.audit() == ()


class TestATrial:
    async def test_becomes_active_with_its_first_paid_period(self, loop):
        subscription = await loop.merchant.subscription(builder=SubscriptionBuilder(status=SubscriptionStatus.TRIALING))

        assert await loop.renew(subscription.id) is RenewalOutcome.CHARGED

        assert (await loop.subscription(subscription.id)).status is SubscriptionStatus.ACTIVE
        assert await loop.events(subscription.id) == [
            "invoice_created",
            "subscription_activated",
            "subscription_payment_success",
        ]

    async def test_whose_first_charge_fails_is_past_due(self, loop):
        customer = await loop.merchant.customer()
        card = await loop.merchant.payment_method(customer, PaymentMethodBuilder(card=SimulatedCard.INSUFFICIENT_FUNDS))
        subscription = await loop.merchant.subscription(
            customer=customer, method=card, builder=SubscriptionBuilder(status=SubscriptionStatus.TRIALING)
        )

        assert await loop.renew(subscription.id) is RenewalOutcome.DUNNING
        assert (await loop.subscription(subscription.id)).status is SubscriptionStatus.PAST_DUE


class TestAChargeThatIsDeclined:
    async def test_leaves_the_period_and_opens_recovery(self, loop):
        customer = await loop.merchant.customer()
        card = await loop.merchant.payment_method(customer, PaymentMethodBuilder(card=SimulatedCard.INSUFFICIENT_FUNDS))
        subscription = await loop.merchant.subscription(customer=customer, method=card)

        assert await loop.renew(subscription.id) is RenewalOutcome.DUNNING

        after = await loop.subscription(subscription.id)
        assert after.status is SubscriptionStatus.PAST_DUE
        assert after.current_period_end == subscription.current_period_end
        assert after.cycles_completed == 0
        [(invoice, [attempt])] = await loop.invoices(subscription.id)
        assert invoice.status is InvoiceStatus.OPEN
        assert (attempt.status, attempt.failure_code) == (AttemptStatus.FAILED, "51")
        async with loop.contexts.open(loop.merchant.tenant.id) as repos:
            case = await repos.dunning.of_invoice(invoice.id)
        assert case is not None
        assert (case.state, case.category, case.next_attempt_at) == (
            DunningState.SCHEDULED,
            "insufficient_funds",
            None,
        )
        assert await loop.events(subscription.id) == [
            "invoice_created",
            "subscription_past_due",
            "subscription_payment_failed",
        ]
        assert await loop.balances() == {"receivable": 500_000, "revenue": -500_000}
        assert await loop.audit() == ()

    async def test_makes_it_invisible_to_renewals(self, loop):
        customer = await loop.merchant.customer()
        card = await loop.merchant.payment_method(customer, PaymentMethodBuilder(card=SimulatedCard.DO_NOT_HONOR))
        subscription = await loop.merchant.subscription(customer=customer, method=card)
        await loop.renew(subscription.id)

        assert await loop.renew(subscription.id) is RenewalOutcome.SKIPPED
        assert len((await loop.invoices(subscription.id))[0][1]) == 1

    async def test_cannot_even_be_tried_without_a_saved_method(self, loop):
        customer = await loop.merchant.customer()
        card = await loop.merchant.payment_method(customer, PaymentMethodBuilder(is_detached=True))
        subscription = await loop.merchant.subscription(customer=customer, method=card)

        assert await loop.renew(subscription.id) is RenewalOutcome.DUNNING

        [(invoice, attempts)] = await loop.invoices(subscription.id)
        assert attempts == ()
        async with loop.contexts.open(loop.merchant.tenant.id) as repos:
            case = await repos.dunning.of_invoice(invoice.id)
        assert case is not None
        assert (case.category, case.attempts_made) == (None, 0)
        assert await loop.audit() == ()


class TestTheEndOfASubscription:
    async def test_comes_at_the_boundary_it_was_canceled_at(self, loop):
        subscription = await loop.merchant.subscription(builder=SubscriptionBuilder(cancel_at_period_end=True))

        assert await loop.renew(subscription.id) is RenewalOutcome.CANCELED

        ended = await loop.subscription(subscription.id)
        assert ended.status is SubscriptionStatus.CANCELED
        assert ended.access_ends_at == subscription.current_period_end
        assert await loop.invoices(subscription.id) == []
        assert await loop.events(subscription.id) == ["subscription_cancelled"]

    async def test_comes_with_the_last_paid_cycle(self, loop):
        plan = await loop.merchant.plan(PlanBuilder(max_cycles=3))
        subscription = await loop.merchant.subscription(plan=plan, builder=SubscriptionBuilder(cycles_completed=2))

        assert await loop.renew(subscription.id) is RenewalOutcome.CHARGED

        ended = await loop.subscription(subscription.id)
        assert ended.status is SubscriptionStatus.EXPIRED
        assert ended.cycles_completed == 3
        assert ended.access_ends_at == ended.current_period_end
        assert await loop.events(subscription.id) == [
            "invoice_created",
            "subscription_payment_success",
            "subscription_expired",
        ]

    async def test_comes_without_a_charge_when_the_limit_was_reached_before(self, loop):
        plan = await loop.merchant.plan(PlanBuilder(max_cycles=3))
        subscription = await loop.merchant.subscription(plan=plan, builder=SubscriptionBuilder(cycles_completed=3))

        assert await loop.renew(subscription.id) is RenewalOutcome.EXPIRED
        assert await loop.invoices(subscription.id) == []
        assert await loop.events(subscription.id) == ["subscription_expired"]


class TestWhatIsNotToBeRenewed:
    async def test_is_not_due_the_day_before(self, loop, clock):
        subscription = await loop.merchant.subscription(
            builder=SubscriptionBuilder(current_period_end=clock.now() + TimeDelta(hours=24))
        )

        assert await loop.renew(subscription.id) is RenewalOutcome.SKIPPED
        clock.advance(TimeDelta(hours=24))
        assert await loop.renew(subscription.id) is RenewalOutcome.CHARGED

    @pytest.mark.parametrize(
        "status",
        [
            SubscriptionStatus.INCOMPLETE,
            SubscriptionStatus.PAST_DUE,
            SubscriptionStatus.PAUSED,
            SubscriptionStatus.UNPAID,
            SubscriptionStatus.CANCELED,
            SubscriptionStatus.EXPIRED,
            SubscriptionStatus.INCOMPLETE_EXPIRED,
        ],
    )
    async def test_is_not_renewing(self, loop, status):
        subscription = await loop.merchant.subscription(builder=SubscriptionBuilder(status=status))

        assert await loop.renew(subscription.id) is RenewalOutcome.SKIPPED
        assert await loop.invoices(subscription.id) == []

    async def test_belongs_to_another_merchant(self, loop, stage):
        stranger = (await stage.merchant(TenantBuilder(name="Stranger"))).in_mode(loop.contexts.mode)
        subscription = await loop.merchant.subscription()

        assert await loop.billing.renew(stranger.tenant.id, subscription.id) is RenewalOutcome.SKIPPED
        assert await loop.invoices(subscription.id) == []


class TestCredit:
    async def test_is_taken_before_the_card(self, loop):
        subscription = await loop.merchant.subscription(builder=SubscriptionBuilder(balance=200_000))

        await loop.renew(subscription.id)

        [(invoice, [attempt])] = await loop.invoices(subscription.id)
        assert invoice.credit_applied == Money(200_000, NGN)
        assert attempt.amount == Money(300_000, NGN)
        assert (await loop.subscription(subscription.id)).balance.is_zero

    async def test_that_covers_all_pays_without_a_charge(self, loop):
        subscription = await loop.merchant.subscription(builder=SubscriptionBuilder(balance=600_000))

        assert await loop.renew(subscription.id) is RenewalOutcome.CHARGED

        [(invoice, attempts)] = await loop.invoices(subscription.id)
        assert (invoice.status, attempts) == (InvoiceStatus.PAID, ())
        after = await loop.subscription(subscription.id)
        assert after.balance == Money(100_000, NGN)
        assert after.cycles_completed == 1


class TestBeingBehind:
    async def test_bills_every_missed_period_in_order(self, loop, clock):
        plan = await loop.merchant.plan(PlanBuilder(interval=Interval.MONTH))
        subscription = await loop.merchant.subscription(
            plan=plan,
            builder=SubscriptionBuilder(
                anchor=Instant.from_utc(2025, 12, 31, hour=9),
                current_period_end=Instant.from_utc(2025, 12, 31, hour=9),
            ),
        )

        renewals = [
            (await loop.billing.renew_many(loop.merchant.tenant.id, [subscription.id]))[subscription.id]
            for _ in range(5)
        ]

        behind, caught_up = Renewal(RenewalOutcome.CHARGED, is_behind=True), Renewal(RenewalOutcome.CHARGED)
        assert renewals == [behind, behind, behind, caught_up, Renewal(RenewalOutcome.SKIPPED)]
        invoices = [invoice for invoice, _ in await loop.invoices(subscription.id)]
        assert [invoice.period_start.to_tz("Africa/Lagos").date().format_iso() for invoice in invoices] == [
            "2025-12-31",
            "2026-01-31",
            "2026-02-28",
            "2026-03-31",
        ]
        assert await loop.audit() == ()
