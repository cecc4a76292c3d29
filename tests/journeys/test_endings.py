"""A subscription that ends: at its boundary, now, or never because it was kept; and money that is on its way then."""

from duro.payments import SimulatedCard
from journey import Shop, World

STARTED = ("subscription_created", "invoice_created", "subscription_activated", "subscription_payment_success")
RENEWED = ("invoice_created", "subscription_payment_success")


class TestACancellationAtPeriodEnd:
    async def test_ends_the_subscription_at_the_boundary_and_bills_nothing_more(self, world: World, shop: Shop):
        subscription = await shop.starts()
        await subscription.is_told(*STARTED)
        await world.reach("2026-02-10")
        await subscription.cancel(at_period_end=True)
        await subscription.is_told("subscription_updated")
        await subscription.shows(status="active", cancelAtPeriodEnd=True, canceledAt=None)
        assert await world.reach("2026-02-27") == []
        await subscription.is_told_nothing()
        await subscription.shows(status="active")

        assert await world.reach("2026-02-28") == [subscription.id]
        assert world.worker.outcomes(shop.mode) == {"canceled": 1}
        await subscription.is_told("subscription_cancelled")
        await subscription.shows(
            status="canceled",
            canceledAt="2026-02-28T09:00:00Z",
            accessEndsAt="2026-02-28T09:00:00Z",
            currentPeriodEnd="2026-02-28T09:00:00Z",
            cyclesCompleted=1,
        )
        assert await world.reach("2026-03-01") == []
        await subscription.is_told_nothing()
        await subscription.was_billed("2026-01-31..2026-02-28 paid: succeeded")
        assert await world.taken() == [500_000]

    async def test_that_is_taken_back_before_the_boundary_changes_nothing(self, world: World, shop: Shop):
        subscription = await shop.starts()
        await subscription.is_told(*STARTED)
        await world.reach("2026-02-10")
        await subscription.cancel(at_period_end=True)
        await subscription.is_told("subscription_updated")
        await world.reach("2026-02-28T08:59:59Z")
        await subscription.is_told_nothing()
        await subscription.keep()
        await subscription.is_told("subscription_updated")
        assert await world.reach("2026-02-28") == [subscription.id]
        await subscription.is_told(*RENEWED)
        await subscription.shows(status="active", cancelAtPeriodEnd=False, currentPeriodEnd="2026-03-31T09:00:00Z")
        assert await world.reach("2026-03-01") == []
        await subscription.is_told_nothing()
        assert await world.taken() == [500_000] * 2

    async def test_counts_from_the_boundary_even_if_we_were_away_then(self, world: World, shop: Shop):
        subscription = await shop.starts()
        await subscription.is_told(*STARTED)
        await subscription.cancel(at_period_end=True)
        await subscription.is_told("subscription_updated")
        assert await world.reach("2026-05-01") == [subscription.id]
        await subscription.is_told("subscription_cancelled")
        await subscription.shows(
            status="canceled", canceledAt="2026-02-28T09:00:00Z", accessEndsAt="2026-02-28T09:00:00Z"
        )
        assert await world.reach("2026-05-02") == []
        await subscription.is_told_nothing()
        assert await world.taken() == [500_000]

    async def test_ends_a_trial_without_a_charge(self, world: World, shop: Shop):
        subscription = await shop.starts(trialDays=14)
        await subscription.is_told("subscription_created")
        await subscription.cancel(at_period_end=True)
        await subscription.is_told("subscription_updated")
        assert await world.reach("2026-02-13") == []
        await subscription.is_told_nothing()
        assert await world.reach("2026-02-14") == [subscription.id]
        await subscription.is_told("subscription_cancelled")
        assert await world.reach("2026-02-15") == []
        await subscription.is_told_nothing()
        await subscription.was_billed()
        assert await world.bank.charges() == {}


class TestACancellationNow:
    async def test_ends_access_at_once_and_bills_nothing_more(self, world: World, shop: Shop):
        subscription = await shop.starts()
        await subscription.is_told(*STARTED)
        await world.reach("2026-02-10")
        await subscription.cancel()
        await subscription.is_told("subscription_cancelled")
        await subscription.shows(
            status="canceled", canceledAt="2026-02-10T09:00:00Z", accessEndsAt="2026-02-10T09:00:00Z"
        )
        for day in ("2026-02-27", "2026-02-28", "2026-03-01"):
            assert await world.reach(day) == []
            await subscription.is_told_nothing()
        await subscription.was_billed("2026-01-31..2026-02-28 paid: succeeded")
        assert await world.taken() == [500_000]

    async def test_of_a_past_due_subscription_voids_what_it_owes(self, world: World, shop: Shop):
        subscription = await shop.starts(SimulatedCard.INSUFFICIENT_FUNDS, paid_until="2026-02-28T09:00:00Z")
        await subscription.is_told("subscription_created", "subscription_activated")
        await world.reach("2026-02-28")
        await subscription.is_told("invoice_created", "subscription_past_due", "subscription_payment_failed")
        await world.reach("2026-03-01")
        await subscription.cancel(at_period_end=True)
        await subscription.is_told("subscription_cancelled")
        await subscription.shows(status="canceled", accessEndsAt="2026-03-01T09:00:00Z")
        await subscription.was_billed("2026-02-28..2026-03-28 void: failed 51")
        assert await world.reach("2026-03-02") == []
        await subscription.is_told_nothing()


class TestACancellationWhileItsFirstChargeIsInFlight:
    async def test_gives_the_money_back_by_itself(self, world: World, shop: Shop):
        subscription = await shop.starts(SimulatedCard.TIMEOUT_AFTER)
        await subscription.is_told("subscription_created", "invoice_created")
        await subscription.cancel()
        await subscription.is_told("subscription_cancelled")
        await subscription.was_billed("2026-01-31..2026-02-28 open: pending")

        assert await world.reach("2026-01-31T09:00:59Z") == []
        await subscription.is_told_nothing()
        assert len(await world.reach("2026-01-31T09:01:00Z")) == 1
        await subscription.is_told("subscription_payment_success")
        await subscription.was_billed("2026-01-31..2026-02-28 paid: succeeded")
        await subscription.shows(status="canceled", cyclesCompleted=0, currentPeriodEnd="2026-01-31T09:00:00Z")

        (refund,) = await world.worker.tick()
        assert refund.startswith("rfd_")
        await subscription.is_told("subscription_payment_refunded")
        (invoice,) = await subscription.invoices()
        assert (invoice["status"], invoice["amountPaid"], invoice["amountRefunded"]) == ("paid", 500_000, 500_000)
        (charge,) = (await world.bank.charges()).values()
        assert (charge.takings, charge.refunded) == (1, 500_000)

        assert await world.reach("2026-02-01") == []
        assert await world.reach("2026-02-28") == []
        await subscription.is_told_nothing()
        assert [each.refunded for each in (await world.bank.charges()).values()] == [500_000]


class TestACancellationWhileARenewalIsInFlight:
    async def test_leaves_the_period_where_it_was_and_gives_the_money_back(self, world: World, shop: Shop):
        subscription = await shop.starts(SimulatedCard.TIMEOUT_AFTER, paid_until="2026-02-10T09:00:00Z")
        await subscription.is_told("subscription_created", "subscription_activated")
        assert await world.reach("2026-02-10") == [subscription.id]
        assert world.worker.outcomes(shop.mode) == {"pending": 1}
        await subscription.is_told("invoice_created")
        await subscription.cancel()
        await subscription.is_told("subscription_cancelled")
        await subscription.shows(status="canceled", accessEndsAt="2026-02-10T09:00:00Z")

        await world.reach("2026-02-10T09:01:00Z")
        await subscription.is_told("subscription_payment_success")
        await world.worker.tick()
        await subscription.is_told("subscription_payment_refunded")
        await subscription.shows(
            status="canceled",
            currentPeriodStart="2026-01-31T09:00:00Z",
            currentPeriodEnd="2026-02-10T09:00:00Z",
            cyclesCompleted=0,
        )
        assert await world.reach("2026-02-11") == []
        await subscription.is_told_nothing()
        assert [each.refunded for each in (await world.bank.charges()).values()] == [500_000]

    async def test_voids_the_invoice_where_nothing_was_taken(self, world: World, shop: Shop):
        subscription = await shop.starts(SimulatedCard.TIMEOUT_BEFORE, paid_until="2026-02-10T09:00:00Z")
        await subscription.is_told("subscription_created", "subscription_activated")
        await world.reach("2026-02-10")
        await subscription.is_told("invoice_created")
        await subscription.cancel()
        await subscription.is_told("subscription_cancelled")
        await world.reach("2026-02-10T09:01:00Z")
        await subscription.was_billed("2026-02-10..2026-03-10 open: pending")
        await world.reach("2026-02-11")
        await subscription.was_billed("2026-02-10..2026-03-10 void: failed not_presented")
        assert await world.reach("2026-02-12") == []
        await subscription.is_told_nothing()
        assert await world.taken() == []
