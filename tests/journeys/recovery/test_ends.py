"""How cases end without the money, and what comes of money that had been on its way."""

import asyncio

from whenever import Instant

from duro.payments import SimulatedCard
from journey import Shop, World
from journey.answers import EMPTY
from journey.happenings import AGAIN, ASKED, FAILED, RECOVERED


class TestAPayerWhoNeverHasMoney:
    async def test_is_tried_five_times_and_then_owes_what_nobody_collects(self, world: World, fails):
        subscription, case = await fails(*[EMPTY] * 9, on="2026-02-15")
        await subscription.is_told(*FAILED)
        for _ in range(3):
            await world.lives_until(await case.next_attempt())
            await subscription.is_told(*AGAIN)
        await world.lives_until(await case.next_attempt())
        await subscription.is_told(*AGAIN, "subscription_unpaid")
        await subscription.shows(status="unpaid")
        await case.shows(state="exhausted", nextAttemptAt=None, closedAt=world.clock.now().format_iso())
        await world.lives_until("2026-03-25")
        await subscription.is_told_nothing()
        await case.tried(
            "2026-02-15 09:00 card failed 51",
            "2026-02-27 19:03 card failed 51",
            "2026-03-04 19:02 card failed 51",
            "2026-03-09 19:02 card failed 51",
            "2026-03-14 19:02 card failed 51",
        )
        await subscription.told_its_payer(
            "2026-02-12 09:00 renewal_reminder email",
            "2026-02-15 09:00 dunning_1 email",
            "2026-02-27 19:03 dunning_2 email",
            "2026-03-04 19:02 dunning_3 email",
            "2026-03-09 19:02 dunning_4 email",
        )
        await subscription.was_billed(
            "2026-02-15..2026-03-15 uncollectible: failed 51 failed 51 failed 51 failed 51 failed 51"
        )

    async def test_is_canceled_where_the_merchant_wants_that(self, world: World, shop: Shop, fails):
        await shop.recovers(escalation="cancel", deadlineDays=3)
        subscription, case = await fails(card=SimulatedCard.EXPIRED_CARD)
        await subscription.is_told(*FAILED, *ASKED)
        await world.lives_until("2026-02-17")
        await subscription.is_told_nothing()
        await world.lives_until("2026-02-18")
        await subscription.is_told("subscription_cancelled")
        await subscription.shows(status="canceled")
        await case.shows(state="exhausted")
        await case.tried("2026-02-15 09:00 card failed 54")
        await world.lives_until("2026-02-20")
        await subscription.is_told_nothing()
        await subscription.told_its_payer(
            "2026-02-12 09:00 renewal_reminder email",
            "2026-02-15 09:00 dunning_1 email",
            "2026-02-16 09:00 dunning_2 email",
            "2026-02-17 09:00 dunning_4 email",
            "2026-02-18 09:00 cancellation email",
        )
        await subscription.was_billed("2026-02-15..2026-03-15 uncollectible: failed 54")


class TestASubscriptionThatIsCanceledWhileItsCaseIsWorked:
    async def test_is_never_tried_again(self, world: World, shop: Shop, fails):
        await shop.recovers(paydayAware="calendar")
        subscription, case = await fails(EMPTY, on="2026-02-15")
        await subscription.is_told(*FAILED)
        await world.lives_until("2026-02-20")
        await subscription.cancel()
        await subscription.is_told("subscription_cancelled")
        await case.shows(state="cancelled", nextAttemptAt=None)
        await world.lives_until("2026-03-02")
        await subscription.is_told_nothing()
        await case.refuses("retry-now", code="case_closed")
        await case.tried("2026-02-15 09:00 card failed 51")
        await subscription.was_billed("2026-02-15..2026-03-15 void: failed 51")
        await subscription.told_its_payer(
            "2026-02-12 09:00 renewal_reminder email",
            "2026-02-15 09:00 dunning_1 email",
            "2026-02-21 09:00 cancellation email",
        )
        assert await world.taken() == []

    async def test_gives_back_what_a_charge_in_flight_turns_out_to_have_taken(self, world: World, fails):
        subscription, case = await fails(card=SimulatedCard.EXPIRED_CARD)
        await subscription.is_told(*FAILED, *ASKED)
        await subscription.pays_with(SimulatedCard.TIMEOUT_AFTER)
        await world.lives_until("2026-02-15T10:00:00Z")
        await subscription.was_told("subscription_updated")
        await case.tried("2026-02-15 09:00 card failed 54", "2026-02-15 10:00 card pending")
        await subscription.cancel()
        await subscription.is_told("subscription_cancelled")
        await world.lives_until("2026-02-15T10:02:00Z")
        await case.tried("2026-02-15 09:00 card failed 54", "2026-02-15 10:00 card succeeded")
        await case.shows(state="cancelled")
        await subscription.is_told("subscription_payment_success", "subscription_payment_refunded")
        await subscription.told_its_payer(
            "2026-02-12 09:00 renewal_reminder email",
            "2026-02-15 09:00 dunning_1 email",
            "2026-02-15 10:02 cancellation email",
        )
        await subscription.was_billed("2026-02-15..2026-03-15 paid: failed 54 succeeded")
        assert [(charge.takings, charge.refunded) for charge in (await world.bank.charges()).values()] == [
            (0, 0),
            (1, 500_000),
        ]

    async def test_is_not_charged_by_what_never_reached_the_bank(self, world: World, fails):
        subscription, case = await fails(card=SimulatedCard.EXPIRED_CARD)
        await subscription.is_told(*FAILED, *ASKED)
        await subscription.pays_with(SimulatedCard.TIMEOUT_BEFORE)
        await world.lives_until("2026-02-15T10:00:00Z")
        await subscription.was_told("subscription_updated")
        await subscription.cancel()
        await subscription.is_told("subscription_cancelled")
        await world.lives_until("2026-02-17")
        await subscription.is_told_nothing()
        await case.tried("2026-02-15 09:00 card failed 54", "2026-02-15 10:00 card failed not_presented")
        await subscription.was_billed("2026-02-15..2026-03-15 void: failed 54 failed not_presented")
        await subscription.told_its_payer(
            "2026-02-12 09:00 renewal_reminder email",
            "2026-02-15 09:00 dunning_1 email",
            "2026-02-16 09:00 cancellation email",
        )
        assert await world.taken() == []


class TestTwoWorkersOnOneCase:
    async def test_try_once_and_tell_once(self, world: World, shop: Shop, fails):
        await shop.recovers(paydayAware="calendar")
        subscription, case = await fails(EMPTY, on="2026-02-15")
        await subscription.is_told(*FAILED)
        await world.lives_until("2026-02-28")
        async with world.hire() as other:
            world.clock.set(Instant.parse_iso(await case.next_attempt()))
            about = (shop.mode, shop.merchant.tenant.id, case.id)
            await asyncio.gather(*(worker.work_on(*about) for worker in (world.worker, other) * 4))
        await world.lives_until("2026-03-01")
        await subscription.was_told(*RECOVERED)
        await case.tried("2026-02-15 09:00 card failed 51", "2026-02-28 09:03 card succeeded")
        await case.went(
            "2026-02-15 09:00 opened",
            "2026-02-15 09:00 decided retry_payday for 2026-02-28 09:03",
            "2026-02-28 09:03 tried retry_payday for 2026-02-28 09:03",
            "2026-02-28 09:03 recovered retry_payday",
        )
        await subscription.told_its_payer(
            "2026-02-12 09:00 renewal_reminder email",
            "2026-02-15 09:00 dunning_1 email",
            "2026-03-01 09:00 receipt email",
            "2026-03-01 09:00 payment_recovered email",
        )
        assert [charge.presentments for charge in (await world.bank.charges()).values()] == [1, 1]
