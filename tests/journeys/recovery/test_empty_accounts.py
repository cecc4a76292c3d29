"""A payer without money: recovery waits until they are likely to have some."""

from whenever import Instant

from journey import Shop, World
from journey.answers import EMPTY
from journey.happenings import AGAIN, FAILED, RECOVERED


class TestAnAccountThatIsEmptyOnThe15th:
    async def test_is_left_alone_until_payday_and_pays_on_it(self, world: World, shop: Shop, fails):
        await shop.recovers(paydayAware="calendar")
        subscription, case = await fails(EMPTY, on="2026-02-15")
        await subscription.is_told(*FAILED)
        await subscription.shows(status="past_due", currentPeriodEnd="2026-02-15T09:00:00Z")
        await case.shows(state="scheduled", action="retry_payday", category="insufficient_funds")
        await case.tried("2026-02-15 09:00 card failed 51")

        await world.lives_until("2026-02-28")
        await subscription.is_told_nothing()
        await world.lives_until(await case.next_attempt())
        await subscription.is_told(*RECOVERED)
        await subscription.shows(status="active", currentPeriodEnd="2026-03-15T09:00:00Z", cyclesCompleted=1)
        await case.shows(state="recovered", nextAttemptAt=None, attemptsMade=2)
        await case.tried("2026-02-15 09:00 card failed 51", "2026-02-28 09:03 card succeeded")
        await case.went(
            "2026-02-15 09:00 opened",
            "2026-02-15 09:00 decided retry_payday for 2026-02-28 09:03",
            "2026-02-28 09:03 tried retry_payday for 2026-02-28 09:03",
            "2026-02-28 09:03 recovered retry_payday",
        )
        await world.lives_until("2026-03-02")
        await subscription.is_told_nothing()
        await subscription.told_its_payer(
            "2026-02-12 09:00 renewal_reminder email",
            "2026-02-15 09:00 dunning_1 email",
            "2026-02-28 09:03 receipt email",
            "2026-02-28 09:03 payment_recovered email",
        )
        await subscription.was_billed("2026-02-15..2026-03-15 paid: failed 51 succeeded")
        assert await world.taken() == [500_000]

    async def test_meets_the_payday_of_most_people_where_nothing_is_known_of_its_payer(self, world: World, fails):
        subscription, case = await fails(EMPTY, on="2026-02-15")
        await subscription.is_told(*FAILED)
        await world.lives_until("2026-02-27")
        await subscription.is_told_nothing()
        await world.lives_until(await case.next_attempt())
        await subscription.is_told(*RECOVERED)
        await case.tried("2026-02-15 09:00 card failed 51", "2026-02-27 19:03 card succeeded")
        await subscription.told_its_payer(
            "2026-02-12 09:00 renewal_reminder email",
            "2026-02-15 09:00 dunning_1 email",
            "2026-02-27 19:03 receipt email",
            "2026-02-27 19:03 payment_recovered email",
        )


class TestAnAccountThatIsEmptyOnPayday:
    async def test_is_tried_after_one_three_and_five_days_and_then_on_the_next_payday(
        self, world: World, shop: Shop, fails
    ):
        await shop.recovers(paydayAware="calendar")
        subscription, case = await fails(EMPTY, EMPTY, EMPTY, EMPTY, on="2026-02-28")
        await subscription.is_told(*FAILED)
        for _ in range(3):
            await world.lives_until(await case.next_attempt())
            await subscription.is_told(*AGAIN)
        await world.lives_until("2026-03-28")
        await subscription.is_told_nothing()
        await world.lives_until(await case.next_attempt())
        await subscription.is_told(*RECOVERED)
        await subscription.shows(status="active", currentPeriodEnd="2026-03-28T09:00:00Z")
        await case.tried(
            "2026-02-28 09:00 card failed 51",
            "2026-03-01 09:05 card failed 51",
            "2026-03-03 09:01 card failed 51",
            "2026-03-05 09:09 card failed 51",
            "2026-03-28 09:05 card succeeded",
        )
        await subscription.told_its_payer(
            "2026-02-25 09:00 renewal_reminder email",
            "2026-02-28 09:00 dunning_1 email",
            "2026-03-01 09:05 dunning_2 email",
            "2026-03-03 09:01 dunning_3 email",
            "2026-03-05 09:09 dunning_4 email",
            "2026-03-28 09:05 receipt email",
            "2026-03-28 09:05 payment_recovered email",
        )
        await subscription.was_billed("2026-02-28..2026-03-28 paid: failed 51 failed 51 failed 51 failed 51 succeeded")


class TestAPayerWhoHasMoneyAtTheEndOfEveryMonth:
    async def test_is_tried_then_and_told_why(self, world: World, shop: Shop, fails):
        subscription, case = await fails(EMPTY, on="2026-02-15")
        await world.lives_until(await case.next_attempt())
        await subscription.was_told(*FAILED, *RECOVERED)
        for month in (3, 4, 5):
            world.clock.set(Instant.from_utc(2026, month, 14, 10))
            await world.bank.says(EMPTY)
            await world.lives_until(f"2026-0{month}-15")
            case = await shop.case_of(subscription)
            reason = (await case.read())["reason"]
            await world.lives_until(await case.next_attempt())
            await subscription.was_told(*FAILED, *RECOVERED)
        await case.tried("2026-05-15 09:00 card failed 51", "2026-05-29 19:03 card succeeded")
        assert "Money was there about the 27th in 2 of the last 2 months." in reason
        assert await world.taken() == [500_000] * 4
        await subscription.told_its_payer(
            "2026-02-12 09:00 renewal_reminder email",
            *(
                line
                for failed, paid in (
                    ("2026-02-15 09:00", "2026-02-27 19:03"),
                    ("2026-03-15 09:00", "2026-03-27 19:03"),
                    ("2026-04-15 09:00", "2026-04-29 19:03"),
                    ("2026-05-15 09:00", "2026-05-29 19:03"),
                )
                for line in (f"{failed} dunning_1 email", f"{paid} receipt email", f"{paid} payment_recovered email")
            ),
        )
