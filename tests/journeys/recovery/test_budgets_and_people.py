"""What holds a try back, and what people do: the networks' ceilings, a merchant who retries, a case that rests."""

from whenever import Instant

from duro.payments import SimulatedCard
from journey import Shop, World
from journey.answers import ABOVE_LIMIT, EMPTY, LATER
from journey.happenings import AGAIN, FAILED, RECOVERED, STARTED


class TestACardWhoseTriesAreSpent:
    async def test_waits_for_the_earliest_instant_at_which_its_network_allows_another(self, world: World, fails):
        subscription, case = await fails(*[ABOVE_LIMIT] * 15, on="2026-02-15")
        await subscription.is_told(*FAILED)
        for number in range(14):
            world.clock.set(Instant.from_utc(2026, 2, 15, 9, 30 + number))
            await case.does("retry-now")
            await subscription.is_told(*AGAIN)
        await world.lives_until("2026-02-15T10:00:00Z")
        assert "because only 15 in 30 days may be made" in (await case.read())["reason"]
        await world.lives_until("2026-03-17")
        await subscription.is_told_nothing()
        await world.lives_until(await case.next_attempt())
        await subscription.is_told(*RECOVERED)
        await case.tried(
            "2026-02-15 09:00 card failed 61",
            *(f"2026-02-15 09:{30 + number} card failed 61" for number in range(14)),
            "2026-03-17 09:09 card succeeded",
        )
        await subscription.told_its_payer(
            "2026-02-12 09:00 renewal_reminder email",
            "2026-02-15 09:00 dunning_1 email",
            "2026-02-16 09:00 dunning_3 email",
            "2026-03-17 09:09 receipt email",
            "2026-03-17 09:09 payment_recovered email",
        )

    async def test_waits_a_day_after_it_was_declined_for_another_subscription(self, world: World, shop: Shop):
        order = await shop.client.order(number=SimulatedCard.AS_TOLD.number)
        first, second = [
            shop.follow(await shop.client.made("/v1/subscriptions", {**order, "currentPeriodEnd": f"{until}Z"}))
            for until in ("2026-01-20T09:00:00", "2026-01-20T20:00:00")
        ]
        await world.bank.says(ABOVE_LIMIT, ABOVE_LIMIT)
        await world.lives_until("2026-01-20")
        case = await shop.case_of(first)
        planned = await case.next_attempt()
        await world.lives_until("2026-01-20T20:00:00Z")
        await world.lives_until(planned)
        await (await shop.case_of(second)).tried("2026-01-20 20:00 card failed 61")
        await case.tried("2026-01-20 09:00 card failed 61")
        assert "because only one try in 24 hours may be made" in (await case.read())["reason"]
        await world.lives_until(await case.next_attempt())
        await first.was_told(*STARTED, *FAILED, *RECOVERED)
        await case.tried("2026-01-20 09:00 card failed 61", "2026-01-21 20:03 card succeeded")
        await world.lives_until("2026-01-22")
        await second.was_told(*STARTED, *FAILED, *RECOVERED)
        await (await shop.case_of(second)).tried("2026-01-20 20:00 card failed 61", "2026-01-22 09:00 card succeeded")
        await second.told_its_payer(
            "2026-01-18 09:00 renewal_reminder email",
            "2026-01-21 09:00 dunning_1 email",
            "2026-01-22 09:00 receipt email",
            "2026-01-22 09:00 payment_recovered email",
        )
        await first.told_its_payer(
            "2026-01-17 09:00 renewal_reminder email",
            "2026-01-20 09:00 dunning_1 email",
            "2026-01-21 20:03 receipt email",
            "2026-01-22 09:00 payment_recovered email",
        )


class TestACardWhoseNetworkAsksToWait:
    async def test_is_left_alone_for_as_long_as_it_says(self, world: World, fails):
        subscription, case = await fails(LATER, card=SimulatedCard.AS_TOLD_MASTERCARD)
        await subscription.is_told(*FAILED)
        await world.lives_until("2026-02-18")
        await subscription.is_told_nothing()
        await world.lives_until(await case.next_attempt())
        await subscription.is_told(*RECOVERED)
        await case.tried("2026-02-15 09:00 card failed 61 02", "2026-02-18 09:03 card succeeded")
        await subscription.told_its_payer(
            "2026-02-12 09:00 renewal_reminder email",
            "2026-02-15 09:00 dunning_1 email",
            "2026-02-18 09:03 receipt email",
            "2026-02-18 09:03 payment_recovered email",
        )


class TestARetryByItsMerchant:
    async def test_uses_up_nothing_of_the_plan_and_wins_the_money(self, world: World, shop: Shop, fails):
        await shop.recovers(paydayAware="calendar", maxTries=2)
        subscription, case = await fails(EMPTY, EMPTY, EMPTY, EMPTY, on="2026-02-15")
        await subscription.is_told(*FAILED)
        for hour in (10, 11, 12):
            await world.lives_until(f"2026-02-17T{hour}:00:00Z")
            await case.does("retry-now")
            await subscription.is_told(*AGAIN)
        await world.lives_until("2026-02-20")
        await case.shows(state="scheduled", action="retry_payday")
        await case.does("retry-now")
        await subscription.is_told(*RECOVERED)
        await world.lives_until("2026-03-02")
        await subscription.is_told_nothing()
        await case.tried(
            "2026-02-15 09:00 card failed 51",
            "2026-02-17 10:00 card failed 51",
            "2026-02-17 11:00 card failed 51",
            "2026-02-17 12:00 card failed 51",
            "2026-02-20 09:00 card succeeded",
        )
        await case.refuses("retry-now", code="case_closed")
        await subscription.told_its_payer(
            "2026-02-12 09:00 renewal_reminder email",
            "2026-02-15 09:00 dunning_1 email",
            "2026-02-17 11:00 dunning_2 email",
            "2026-02-18 09:00 dunning_3 overtaken",
            "2026-02-18 09:00 dunning_3 email",
            "2026-02-21 09:00 receipt email",
            "2026-02-21 09:00 payment_recovered email",
        )
        page = await shop.client.read("/v1/recovery/ledger")
        assert [(won["amount"], won["action"], won["rail"]) for won in page["items"]] == [(500_000, "merchant", "card")]


class TestACaseThatRests:
    async def test_is_left_alone_and_gets_the_time_back(self, world: World, shop: Shop, fails):
        await shop.recovers(paydayAware="calendar")
        subscription, case = await fails(EMPTY, on="2026-02-15")
        await subscription.is_told(*FAILED)
        await case.shows(deadlineAt="2026-03-22T09:00:00Z")
        await world.lives_until("2026-02-20")
        await case.does("pause")
        await case.shows(pausedAt="2026-02-20T09:00:00Z")
        await world.lives_until("2026-03-10")
        await subscription.is_told_nothing()
        await case.does("resume")
        await world.lives_until("2026-03-10T09:01:00Z")
        await case.shows(deadlineAt="2026-04-09T09:00:00Z", pausedAt=None)
        await world.lives_until("2026-03-28")
        await subscription.is_told_nothing()
        await world.lives_until(await case.next_attempt())
        await subscription.is_told(*RECOVERED)
        await case.tried("2026-02-15 09:00 card failed 51", "2026-03-28 09:03 card succeeded")
        await case.went(
            "2026-02-15 09:00 opened",
            "2026-02-15 09:00 decided retry_payday for 2026-02-28 09:03",
            "2026-02-20 09:00 paused retry_payday for 2026-02-28 09:03",
            "2026-03-10 09:00 resumed",
            "2026-03-10 09:01 decided retry_payday for 2026-03-28 09:03",
            "2026-03-28 09:03 tried retry_payday for 2026-03-28 09:03",
            "2026-03-28 09:03 recovered retry_payday",
        )
        await subscription.told_its_payer(
            "2026-02-12 09:00 renewal_reminder email",
            "2026-02-15 09:00 dunning_1 email",
            "2026-03-28 09:03 receipt email",
            "2026-03-28 09:03 payment_recovered email",
        )
