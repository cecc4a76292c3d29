"""A subscription that rests for a while, and one that bills on another day of the month."""

from duro.payments import SimulatedCard
from journey import Shop, World

STARTED = ("subscription_created", "invoice_created", "subscription_activated", "subscription_payment_success")
RENEWED = ("invoice_created", "subscription_payment_success")


class TestAPause:
    async def test_that_ends_within_its_period_changes_nothing(self, world: World, shop: Shop):
        subscription = await shop.starts()
        await subscription.is_told(*STARTED)
        await world.reach("2026-02-10")
        await subscription.pause()
        await subscription.is_told("subscription_paused")
        answer = await shop.client.http.get(f"{subscription.path}/upcoming-invoice")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "no_upcoming_invoice")
        assert await world.reach("2026-02-20") == []
        resumed = await subscription.resume()
        assert (resumed["status"], resumed["currentPeriodEnd"]) == ("active", "2026-02-28T09:00:00Z")
        await subscription.is_told("subscription_resumed")
        assert await world.reach("2026-02-27") == []
        assert await world.reach("2026-02-28") == [subscription.id]
        await subscription.is_told(*RENEWED)
        await subscription.shows(currentPeriodEnd="2026-03-31T09:00:00Z")

    async def test_that_outlasts_its_period_is_never_billed_for(self, world: World, shop: Shop):
        subscription = await shop.starts()
        await subscription.is_told(*STARTED)
        await world.reach("2026-02-10")
        await subscription.pause()
        await subscription.is_told("subscription_paused")
        for day in ("2026-02-27", "2026-02-28", "2026-03-01", "2026-03-09"):
            assert await world.reach(day) == []
        await world.reach("2026-03-10")
        resumed = await subscription.resume()
        await subscription.is_told("subscription_resumed", *RENEWED)
        assert (resumed["status"], resumed["anchor"], resumed["currentPeriodStart"], resumed["currentPeriodEnd"]) == (
            "active",
            "2026-03-10T09:00:00Z",
            "2026-03-10T09:00:00Z",
            "2026-04-10T09:00:00Z",
        )
        assert await world.reach("2026-04-09") == []
        assert await world.reach("2026-04-10") == [subscription.id]
        await subscription.is_told(*RENEWED)
        await subscription.was_billed(
            "2026-01-31..2026-02-28 paid: succeeded",
            "2026-03-10..2026-04-10 paid: succeeded",
            "2026-04-10..2026-05-10 paid: succeeded",
        )

    async def test_that_ends_with_a_declined_bill_leaves_it_past_due(self, world: World, shop: Shop):
        subscription = await shop.starts()
        await subscription.is_told(*STARTED)
        await subscription.pays_with(SimulatedCard.INSUFFICIENT_FUNDS)
        await subscription.pause()
        await subscription.is_told("subscription_updated", "subscription_paused")
        await world.reach("2026-03-10")
        resumed = await subscription.resume()
        assert resumed["status"] == "past_due"
        await subscription.is_told(
            "subscription_resumed", "invoice_created", "subscription_past_due", "subscription_payment_failed"
        )
        await subscription.is_refused("resume", code="illegal_transition")


class TestABillingDay:
    async def test_bills_the_time_before_it_as_a_part_period(self, world: World, shop: Shop):
        subscription = await shop.starts(billing_day=15)
        await subscription.is_told(*STARTED)
        await subscription.shows(billingDay=15, cyclesCompleted=0, currentPeriodEnd="2026-02-15T09:00:00Z")
        assert await world.reach("2026-02-14") == []
        assert await world.reach("2026-02-15") == [subscription.id]
        await subscription.is_told(*RENEWED)
        await subscription.shows(cyclesCompleted=1, currentPeriodEnd="2026-03-15T09:00:00Z")
        assert await world.reach("2026-02-16") == []
        assert await world.taken() == [241_935, 500_000]

    async def test_takes_over_once_the_current_period_is_over(self, world: World, shop: Shop):
        subscription = await shop.starts()
        await subscription.is_told(*STARTED)
        await world.reach("2026-02-10")
        await subscription.update(billingDay=15, metadata={"seat": "9F"})
        await subscription.is_told("subscription_updated", "subscription_updated")
        await subscription.shows(
            billingDay=15, metadata={"seat": "9F"}, cyclesCompleted=1, currentPeriodEnd="2026-02-28T09:00:00Z"
        )
        assert await world.reach("2026-02-27") == []
        await world.reach("2026-02-28")
        await subscription.is_told(*RENEWED)
        await subscription.shows(cyclesCompleted=1, currentPeriodEnd="2026-03-15T09:00:00Z")
        await world.reach("2026-03-15")
        await subscription.is_told(*RENEWED)
        await subscription.shows(cyclesCompleted=2, currentPeriodEnd="2026-04-15T09:00:00Z")
        assert await world.taken() == [500_000, 267_857, 500_000]


class TestAPayerWhoPaysLate:
    async def test_is_billed_no_days_that_went_by_meanwhile(self, world: World, shop: Shop):
        subscription = await shop.starts(
            SimulatedCard.INSUFFICIENT_FUNDS, paid_until="2026-02-10T09:00:00Z", interval="day", amount=50_000
        )
        await subscription.is_told("subscription_created", "subscription_activated")
        await world.reach("2026-02-10")
        await subscription.is_told("invoice_created", "subscription_past_due", "subscription_payment_failed")
        await world.reach("2026-02-14T15:00:00Z")
        await subscription.pays_with(SimulatedCard.APPROVE)
        (owed,) = await subscription.invoices()
        answer = await shop.client.post(f"/v1/invoices/{owed['id']}/pay", {})
        assert answer.json()["status"] == "paid"
        await subscription.is_told(
            "subscription_updated",
            "subscription_recovered",
            "subscription_payment_success",
            "subscription_payment_recovered",
            "subscription_updated",
        )
        (skipped, *_) = (await shop.client.read("/v1/events", subscriptionId=subscription.id, limit=1))["items"]
        assert skipped["data"]["skippedPeriods"] == 3
        await subscription.shows(currentPeriodStart="2026-02-14T09:00:00Z", currentPeriodEnd="2026-02-14T09:00:00Z")
        assert await world.worker.tick() == [subscription.id]
        await subscription.is_told(*RENEWED)
        await subscription.shows(cyclesCompleted=2, currentPeriodEnd="2026-02-15T09:00:00Z")
        await subscription.was_billed(
            "2026-02-10..2026-02-11 paid: failed 51 succeeded", "2026-02-14..2026-02-15 paid: succeeded"
        )

    async def test_is_billed_every_month_that_went_by(self, world: World, shop: Shop):
        subscription = await shop.starts(SimulatedCard.INSUFFICIENT_FUNDS, paid_until="2026-02-28T09:00:00Z")
        await subscription.is_told("subscription_created", "subscription_activated")
        await world.reach("2026-02-28")
        await subscription.is_told("invoice_created", "subscription_past_due", "subscription_payment_failed")
        (owed,) = await subscription.invoices()
        await shop.lets_recovery_rest(owed["id"])
        await world.reach("2026-05-01")
        await subscription.pays_with(SimulatedCard.APPROVE)
        await shop.client.post(f"/v1/invoices/{owed['id']}/pay", {})
        await subscription.is_told(
            "subscription_updated",
            "subscription_recovered",
            "subscription_payment_success",
            "subscription_payment_recovered",
        )
        assert await world.worker.tick() == []
        for day in ("2026-05-02", "2026-05-03"):
            assert await world.reach(day) == [subscription.id]
            await subscription.is_told(*RENEWED)
        assert await world.reach("2026-05-04") == []
        await subscription.was_billed(
            "2026-02-28..2026-03-28 paid: failed 51 succeeded",
            "2026-03-28..2026-04-28 paid: succeeded",
            "2026-04-28..2026-05-28 paid: succeeded",
        )
