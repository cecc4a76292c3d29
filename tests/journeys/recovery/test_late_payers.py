"""A payer who pays long after a renewal was declined: what becomes of the time that went by."""

from duro.payments import SimulatedCard
from journey import Shop, World
from journey.answers import EMPTY
from journey.happenings import ASKED, FAILED, RECOVERED, RENEWED


class TestAPlanThatIsPaidFortyDaysLate:
    async def test_is_billed_for_the_month_that_went_by_a_day_later_and_then_on_its_own_days(
        self, world: World, shop: Shop, fails
    ):
        await shop.recovers(deadlineDays=60)
        subscription, case = await fails(card=SimulatedCard.EXPIRED_CARD)
        await subscription.is_told(*FAILED, *ASKED)
        await world.lives_until("2026-03-27")
        await subscription.is_told_nothing()
        await subscription.pays_with(SimulatedCard.APPROVE)
        await world.lives_until("2026-03-27T09:01:00Z")
        await subscription.was_told("subscription_updated", *RECOVERED)
        await subscription.shows(status="active", currentPeriodEnd="2026-03-15T09:00:00Z")
        await world.lives_until("2026-03-28")
        await subscription.is_told_nothing()
        await world.lives_until("2026-03-28T09:01:00Z")
        await subscription.is_told(*RENEWED)
        await world.lives_until("2026-04-14")
        await subscription.is_told_nothing()
        await world.lives_until("2026-04-15")
        await subscription.is_told(*RENEWED)
        await case.tried("2026-02-15 09:00 card failed 54", "2026-03-27 09:01 card succeeded")
        await subscription.was_billed(
            "2026-02-15..2026-03-15 paid: failed 54 succeeded",
            "2026-03-15..2026-04-15 paid: succeeded",
            "2026-04-15..2026-05-15 paid: succeeded",
        )
        await subscription.told_its_payer(
            "2026-02-12 09:00 renewal_reminder email",
            "2026-02-15 09:00 dunning_1 email",
            "2026-02-16 09:00 dunning_2 email",
            "2026-02-17 09:00 dunning_3 email",
            "2026-02-18 09:00 dunning_3 email",
            "2026-02-20 09:00 dunning_3 email",
            "2026-03-27 09:01 receipt email",
            "2026-03-27 09:01 payment_recovered email",
            "2026-03-28 09:01 receipt email",
            "2026-04-12 09:00 renewal_reminder email",
            "2026-04-15 09:00 receipt email",
        )

    async def test_goes_on_with_the_hour_that_it_is_if_it_bills_by_the_hour(self, world: World, fails):
        subscription, case = await fails(EMPTY, interval="hour")
        await subscription.was_told(*FAILED)
        await case.does("pause")
        await world.lives_until("2026-03-27T09:20:00Z")
        await subscription.is_told_nothing()
        await case.does("resume")
        await case.does("retry-now")
        await subscription.is_told(*RECOVERED, "subscription_updated")
        await subscription.shows(status="active", currentPeriodEnd="2026-03-27T09:00:00Z")
        await world.lives_until("2026-03-27T09:21:00Z")
        await subscription.is_told(*RENEWED)
        await world.lives_until("2026-03-27T09:59:00Z")
        await subscription.is_told_nothing()
        await world.lives_until("2026-03-27T10:00:00Z")
        await subscription.is_told(*RENEWED)
        await subscription.was_billed(
            "2026-02-15..2026-02-15 paid: failed 51 succeeded",
            "2026-03-27..2026-03-27 paid: succeeded",
            "2026-03-27..2026-03-27 paid: succeeded",
        )
        await subscription.told_its_payer(
            "2026-02-12 09:00 renewal_reminder email",
            "2026-02-15 09:00 dunning_1 email",
            "2026-03-27 09:21 receipt email",
            "2026-03-27 09:21 payment_recovered email",
            "2026-03-27 09:21 receipt email",
            "2026-03-27 10:00 receipt email",
        )
