"""A subscription that is paid: month after month, after a trial, to its last cycle, and after an outage of ours."""

from duro.testkit.builders import TenantBuilder
from journey import Shop, World

STARTED = ("subscription_created", "invoice_created", "subscription_activated", "subscription_payment_success")
RENEWED = ("invoice_created", "subscription_payment_success")


class TestASubscriptionThatStartsOnThe31st:
    async def test_is_charged_on_the_last_day_of_every_month_and_returns_to_the_31st(self, world: World, shop: Shop):
        subscription = await shop.starts()
        await subscription.is_told(*STARTED)
        await subscription.shows(
            status="active",
            anchor="2026-01-31T09:00:00Z",
            currentPeriodStart="2026-01-31T09:00:00Z",
            currentPeriodEnd="2026-02-28T09:00:00Z",
            cyclesCompleted=1,
        )
        assert await world.reach("2026-02-27") == []
        await subscription.is_told_nothing()
        assert await world.reach("2026-02-28T08:59:59.999999Z") == []
        await subscription.is_told_nothing()
        assert await world.reach("2026-02-28") == [subscription.id]
        await subscription.is_told(*RENEWED)
        await subscription.shows(
            status="active",
            anchor="2026-01-31T09:00:00Z",
            currentPeriodStart="2026-02-28T09:00:00Z",
            currentPeriodEnd="2026-03-31T09:00:00Z",
            cyclesCompleted=2,
        )
        assert await world.reach("2026-03-01") == []
        await subscription.is_told_nothing()

        assert await world.reach("2026-03-30") == []
        await subscription.is_told_nothing()
        assert await world.reach("2026-03-31") == [subscription.id]
        await subscription.is_told(*RENEWED)
        await subscription.shows(
            currentPeriodStart="2026-03-31T09:00:00Z", currentPeriodEnd="2026-04-30T09:00:00Z", cyclesCompleted=3
        )
        assert await world.reach("2026-04-01") == []
        await subscription.is_told_nothing()

        await subscription.was_billed(
            "2026-01-31..2026-02-28 paid: succeeded",
            "2026-02-28..2026-03-31 paid: succeeded",
            "2026-03-31..2026-04-30 paid: succeeded",
        )
        assert await world.taken() == [500_000] * 3

    async def test_keeps_its_hour_where_the_clocks_are_put_forward(self, world: World, stage):
        londoner = await stage.merchant(TenantBuilder(zone="Europe/London"))
        async with Shop.open(world.api_url, londoner, world.clock) as shop:
            subscription = await shop.starts()
            await subscription.is_told(*STARTED)
            await world.reach("2026-02-28")
            await subscription.is_told(*RENEWED)
            await subscription.shows(currentPeriodEnd="2026-03-31T08:00:00Z")
            assert await world.reach("2026-03-30T08:00:00Z") == []
            await subscription.is_told_nothing()
            assert await world.reach("2026-03-31T08:00:00Z") == [subscription.id]
            await subscription.is_told(*RENEWED)
            await subscription.shows(currentPeriodEnd="2026-04-30T08:00:00Z")
            assert await world.reach("2026-04-01T08:00:00Z") == []
            await subscription.is_told_nothing()


class TestATrial:
    async def test_ends_with_the_first_charge(self, world: World, shop: Shop):
        subscription = await shop.starts(trialDays=14)
        await subscription.is_told("subscription_created")
        await subscription.shows(
            status="trialing",
            trialEndsAt="2026-02-14T09:00:00Z",
            currentPeriodEnd="2026-02-14T09:00:00Z",
            cyclesCompleted=0,
        )
        assert await world.reach("2026-02-13") == []
        await subscription.is_told_nothing()
        assert await world.taken() == []

        assert await world.reach("2026-02-14") == [subscription.id]
        await subscription.is_told("invoice_created", "subscription_activated", "subscription_payment_success")
        await subscription.shows(
            status="active",
            anchor="2026-02-14T09:00:00Z",
            currentPeriodStart="2026-02-14T09:00:00Z",
            currentPeriodEnd="2026-03-14T09:00:00Z",
            cyclesCompleted=1,
        )
        await subscription.was_billed("2026-02-14..2026-03-14 paid: succeeded")
        assert await world.reach("2026-02-15") == []
        await subscription.is_told_nothing()
        assert await world.taken() == [500_000]


class TestASubscriptionWithALimit:
    async def test_expires_with_its_last_payment_and_gives_access_until_the_period_is_over(
        self, world: World, shop: Shop
    ):
        subscription = await shop.starts(maxCycles=3)
        await subscription.is_told(*STARTED)
        assert await world.reach("2026-02-27") == []
        await world.reach("2026-02-28")
        await subscription.is_told(*RENEWED)
        await subscription.shows(status="active", cyclesCompleted=2, accessEndsAt=None)
        assert await world.reach("2026-03-30") == []
        await subscription.is_told_nothing()

        assert await world.reach("2026-03-31") == [subscription.id]
        await subscription.is_told(*RENEWED, "subscription_expired")
        await subscription.shows(
            status="expired",
            cyclesCompleted=3,
            currentPeriodEnd="2026-04-30T09:00:00Z",
            accessEndsAt="2026-04-30T09:00:00Z",
        )
        for day in ("2026-04-01", "2026-04-30", "2026-05-01"):
            assert await world.reach(day) == []
            await subscription.is_told_nothing()
        assert await world.taken() == [500_000] * 3

    async def test_of_one_cycle_expires_as_it_starts(self, world: World, shop: Shop):
        subscription = await shop.starts(maxCycles=1)
        await subscription.is_told(*STARTED, "subscription_expired")
        await subscription.shows(status="expired", cyclesCompleted=1, accessEndsAt="2026-02-28T09:00:00Z")
        assert await world.reach("2026-02-28") == []
        await subscription.is_told_nothing()


class TestASubscriptionForNothing:
    async def test_renews_without_asking_the_bank(self, world: World, shop: Shop):
        subscription = await shop.starts(amount=0)
        await subscription.is_told(*STARTED)
        assert await world.reach("2026-02-27") == []
        assert await world.reach("2026-02-28") == [subscription.id]
        await subscription.is_told(*RENEWED)
        assert await world.reach("2026-03-01") == []
        await subscription.is_told_nothing()
        await subscription.was_billed("2026-01-31..2026-02-28 paid: none", "2026-02-28..2026-03-31 paid: none")
        assert await world.bank.charges() == {}


class TestASubscriptionThatWasPaidElsewhere:
    async def test_is_first_charged_when_that_time_is_over(self, world: World, shop: Shop):
        subscription = await shop.starts(paid_until="2026-02-10T09:00:00Z")
        await subscription.is_told("subscription_created", "subscription_activated")
        assert await world.reach("2026-02-09") == []
        await subscription.is_told_nothing()
        assert await world.reach("2026-02-10") == [subscription.id]
        await subscription.is_told(*RENEWED)
        await subscription.shows(
            currentPeriodStart="2026-02-10T09:00:00Z", currentPeriodEnd="2026-03-10T09:00:00Z", cyclesCompleted=1
        )
        assert await world.reach("2026-02-11") == []
        await subscription.is_told_nothing()


class TestASubscriptionThatIsNotDue:
    async def test_is_skipped_by_a_job_that_nobody_should_have_queued(self, world: World, shop: Shop):
        subscription = await shop.starts()
        await subscription.is_told(*STARTED)
        world.clock.set(world.clock.now().add(hours=24 * 27))
        await world.worker.ask_for(shop.mode, shop.merchant.tenant.id, subscription.id)
        assert await world.worker.finish() == [subscription.id]
        assert world.worker.outcomes(shop.mode) == {"skipped": 1}
        await subscription.is_told_nothing()
        await subscription.shows(status="active", cyclesCompleted=1, currentPeriodEnd="2026-02-28T09:00:00Z")
        assert await world.taken() == [500_000]


class TestAnOutageOfOurs:
    async def test_of_three_months_is_caught_up_in_order_by_one_job(self, world: World, shop: Shop):
        subscription = await shop.starts()
        await subscription.is_told(*STARTED)
        assert await world.reach("2026-05-01") == [subscription.id]
        assert world.worker.outcomes(shop.mode) == {"charged": 3}
        await subscription.is_told(*RENEWED, *RENEWED, *RENEWED)
        await subscription.was_billed(
            "2026-01-31..2026-02-28 paid: succeeded",
            "2026-02-28..2026-03-31 paid: succeeded",
            "2026-03-31..2026-04-30 paid: succeeded",
            "2026-04-30..2026-05-31 paid: succeeded",
        )
        await subscription.shows(
            status="active", currentPeriodStart="2026-04-30T09:00:00Z", currentPeriodEnd="2026-05-31T09:00:00Z"
        )
        assert await world.reach("2026-05-02") == []
        await subscription.is_told_nothing()
        assert await world.taken() == [500_000] * 4

    async def test_bills_no_cycle_beyond_the_limit(self, world: World, shop: Shop):
        subscription = await shop.starts(maxCycles=2)
        await subscription.is_told(*STARTED)
        assert await world.reach("2026-05-01") == [subscription.id]
        await subscription.is_told(*RENEWED, "subscription_expired")
        await subscription.shows(status="expired", cyclesCompleted=2, accessEndsAt="2026-03-31T09:00:00Z")
        assert await world.reach("2026-05-02") == []
        await subscription.is_told_nothing()
        assert await world.taken() == [500_000] * 2

    async def test_of_fifteen_days_of_a_daily_plan_takes_two_jobs_of_at_most_twelve(self, world: World, shop: Shop):
        subscription = await shop.starts(interval="day")
        await subscription.is_told(*STARTED)
        assert await world.reach("2026-02-15") == [subscription.id]
        await subscription.is_told(*RENEWED * 12)
        await subscription.shows(cyclesCompleted=13, currentPeriodEnd="2026-02-13T09:00:00Z")
        assert await world.reach("2026-02-15") == [subscription.id]
        await subscription.is_told(*RENEWED * 3)
        await subscription.shows(cyclesCompleted=16, currentPeriodEnd="2026-02-16T09:00:00Z")
        assert await world.reach("2026-02-15") == []
        await subscription.is_told_nothing()


class TestAJob:
    async def test_is_queued_once_a_period_however_often_it_is_scanned_and_its_id_is_free_for_the_next(
        self, world: World, shop: Shop
    ):
        subscription = await shop.starts()
        await subscription.is_told(*STARTED)
        job_id = f"billing_{shop.mode.value}_{subscription.id}"
        for day in ("2026-02-28", "2026-03-31"):
            await world.worker.stop()
            world.clock.set(world.clock.now().add(hours=24 * 31))
            assert [await world.worker.scan() for _ in range(3)] == [1, 0, 0], day
            assert (await world.worker.depth(shop.mode), await world.worker.queued(shop.mode, job_id)) == (1, True)
            await subscription.is_told_nothing()
            await world.worker.start()
            assert await world.worker.finish() == [subscription.id]
            assert not await world.worker.queued(shop.mode, job_id)
            await subscription.is_told(*RENEWED)
            await subscription.shows(currentPeriodStart=f"{day}T09:00:00Z")


class TestTheTwoModesOfOneMerchant:
    async def test_are_renewed_by_one_worker_in_one_scan_and_never_mix(self, world: World, merchant):
        shops = [Shop.open(world.api_url, merchant.in_mode(mode), world.clock) for mode in merchant.secrets]
        async with shops[0] as first, shops[1] as second:
            playing = await first.starts(amount=100_000)
            real = await second.starts(amount=700_000)
            for subscription in (playing, real):
                await subscription.is_told(*STARTED)
            assert await world.reach("2026-02-27") == []
            assert sorted(await world.reach("2026-02-28")) == sorted([playing.id, real.id])
            for subscription in (playing, real):
                await subscription.is_told(*RENEWED)
            assert await world.reach("2026-03-01") == []
            for shop, own, other, amount in ((first, playing, real, 100_000), (second, real, playing, 700_000)):
                assert world.worker.outcomes(shop.mode) == {"charged": 1}
                assert (await shop.client.http.get(other.path)).status_code == 404
                assert (await shop.client.post(f"{other.path}/cancel", {})).status_code == 404
                listed = await shop.client.read("/v1/subscriptions")
                assert [item["id"] for item in listed["items"]] == [own.id]
                invoices = (await shop.client.read("/v1/invoices"))["items"]
                assert [invoice["amount"] for invoice in invoices] == [amount] * 2
                events = (await shop.client.read("/v1/events", limit=100))["items"]
                assert {event["subscriptionId"] for event in events} == {own.id}
            assert sorted(await world.taken()) == [100_000, 100_000, 700_000, 700_000]
