"""A charge that the bank refuses: at a renewal, at the end of a trial, and at the very beginning."""

import pytest

from duro.db.records import DunningState
from duro.payments import SimulatedCard
from journey import Shop, World


class TestARenewalThatIsDeclined:
    @pytest.mark.parametrize(
        ("card", "code", "category"),
        [
            (SimulatedCard.INSUFFICIENT_FUNDS, "51", "insufficient_funds"),
            (SimulatedCard.EXPIRED_CARD, "54", "expired_card"),
        ],
    )
    async def test_opens_recovery_and_hides_from_three_more_scans(
        self, world: World, shop: Shop, card: SimulatedCard, code: str, category: str
    ):
        await shop.leaves_recovery_to_people()
        subscription = await shop.starts(card, paid_until="2026-02-28T09:00:00Z")
        await subscription.is_told("subscription_created", "subscription_activated")
        assert await world.reach("2026-02-27") == []
        await subscription.is_told_nothing()

        assert await world.reach("2026-02-28") == [subscription.id]
        assert world.worker.outcomes(shop.mode) == {"dunning": 1}
        await subscription.is_told("invoice_created", "subscription_past_due", "subscription_payment_failed")
        await subscription.shows(
            status="past_due",
            currentPeriodStart="2026-01-31T09:00:00Z",
            currentPeriodEnd="2026-02-28T09:00:00Z",
            cyclesCompleted=0,
        )
        await subscription.was_billed(f"2026-02-28..2026-03-28 open: failed {code}")
        (invoice,) = await subscription.invoices()
        recovery = await shop.recovery_of(invoice["id"])
        assert recovery is not None
        assert (recovery.state, recovery.category, recovery.next_attempt_at, recovery.attempts_made) == (
            DunningState.SCHEDULED,
            category,
            None,
            1,
        )

        for day in ("2026-03-01", "2026-03-28", "2026-03-29"):
            assert subscription.id not in await world.reach(day)
            await subscription.is_told_nothing()
        assert world.worker.outcomes(shop.mode) == {"dunning": 1}
        await subscription.was_billed(f"2026-02-28..2026-03-28 open: failed {code}")
        assert [charge.presentments for charge in (await world.bank.charges()).values()] == [1]

    async def test_is_skipped_by_a_job_that_was_still_queued(self, world: World, shop: Shop):
        subscription = await shop.starts(SimulatedCard.INSUFFICIENT_FUNDS, paid_until="2026-02-28T09:00:00Z")
        await world.reach("2026-02-28")
        await world.worker.ask_for(shop.mode, shop.merchant.tenant.id, subscription.id)
        assert await world.worker.finish() == [subscription.id]
        assert world.worker.outcomes(shop.mode) == {"dunning": 1, "skipped": 1}
        assert len(await world.bank.charges()) == 1


class TestARenewalWhoseCardWasRemoved:
    async def test_opens_recovery_without_asking_the_bank(self, world: World, shop: Shop):
        await shop.leaves_recovery_to_people()
        subscription = await shop.starts()
        await subscription.was_told(
            "subscription_created", "invoice_created", "subscription_activated", "subscription_payment_success"
        )
        await shop.client.post(f"/v1/payment-methods/{subscription.made['paymentMethodId']}/detach")
        assert await world.reach("2026-02-27") == []
        await subscription.is_told_nothing()
        assert await world.reach("2026-02-28") == [subscription.id]
        await subscription.is_told("invoice_created", "subscription_past_due", "subscription_payment_failed")
        await subscription.was_billed("2026-01-31..2026-02-28 paid: succeeded", "2026-02-28..2026-03-31 open: none")
        recovery = await shop.recovery_of((await subscription.invoices())[1]["id"])
        assert recovery is not None
        assert (recovery.category, recovery.attempts_made) == (None, 0)
        assert subscription.id not in await world.reach("2026-03-01")
        await subscription.is_told_nothing()
        assert await world.taken() == [500_000]


class TestATrialWhoseFirstChargeIsDeclined:
    async def test_is_past_due_and_never_was_active(self, world: World, shop: Shop):
        await shop.leaves_recovery_to_people()
        subscription = await shop.starts(SimulatedCard.DO_NOT_HONOR, trialDays=14)
        await subscription.is_told("subscription_created")
        assert await world.reach("2026-02-13") == []
        await subscription.is_told_nothing()
        assert await world.reach("2026-02-14") == [subscription.id]
        await subscription.is_told("invoice_created", "subscription_past_due", "subscription_payment_failed")
        await subscription.shows(status="past_due", currentPeriodEnd="2026-02-14T09:00:00Z", cyclesCompleted=0)
        await subscription.was_billed("2026-02-14..2026-03-14 open: failed 05")
        (invoice,) = await subscription.invoices()
        assert await shop.recovery_of(invoice["id"]) is not None
        assert subscription.id not in await world.reach("2026-02-15")
        await subscription.is_told_nothing()


class TestAFirstChargeThatIsDeclined:
    async def test_leaves_the_start_incomplete_without_recovery_until_it_expires_after_23_hours(
        self, world: World, shop: Shop
    ):
        subscription = await shop.starts(SimulatedCard.INSUFFICIENT_FUNDS)
        await subscription.is_told("subscription_created", "invoice_created", "subscription_payment_failed")
        await subscription.shows(status="incomplete", cyclesCompleted=0, currentPeriodEnd="2026-01-31T09:00:00Z")
        await subscription.was_billed("2026-01-31..2026-02-28 open: failed 51")
        (invoice,) = await subscription.invoices()
        assert await shop.recovery_of(invoice["id"]) is None

        for instant in ("2026-01-31T09:03:00Z", "2026-01-31T19:00:00Z", "2026-02-01T07:59:59.999999Z"):
            assert await world.reach(instant) == [subscription.id]
            await subscription.is_told_nothing()
        await subscription.shows(status="incomplete")
        assert await world.reach("2026-02-01T08:00:00Z") == [subscription.id]
        await subscription.is_told("subscription_expired")
        await subscription.shows(status="incomplete_expired", accessEndsAt="2026-02-01T08:00:00Z")
        await subscription.was_billed("2026-01-31..2026-02-28 void: failed 51")

        for day in ("2026-02-02", "2026-02-28"):
            assert await world.reach(day) == []
            await subscription.is_told_nothing()
        assert [charge.presentments for charge in (await world.bank.charges()).values()] == [1]
        assert await world.taken() == []


class TestAStartWithoutACard:
    async def test_waits_for_23_hours_and_asks_no_bank(self, world: World, shop: Shop):
        order = await shop.client.order()
        del order["paymentMethodId"]
        subscription = shop.follow(await shop.client.made("/v1/subscriptions", order))
        await subscription.is_told("subscription_created", "invoice_created", "subscription_payment_failed")
        await subscription.shows(status="incomplete")
        await subscription.was_billed("2026-01-31..2026-02-28 open: none")
        await world.reach("2026-02-01T07:59:59Z")
        await subscription.is_told_nothing()
        await world.reach("2026-02-01T08:00:00Z")
        await subscription.is_told("subscription_expired")
        await subscription.was_billed("2026-01-31..2026-02-28 void: none")
        assert await world.reach("2026-02-02") == []
        await subscription.is_told_nothing()
        assert await world.bank.charges() == {}
