"""Cards that can't pay, whatever is in the account: another one is asked for, and no try is wasted on the old one."""

from duro.payments import SimulatedCard
from journey import Shop, World
from journey.answers import NEVER_AGAIN, NO_REASON, STOPPED
from journey.happenings import AGAIN, ASKED, FAILED, RECOVERED, STARTED

REMINDED = (
    "2026-02-12 09:00 renewal_reminder email",
    "2026-02-15 09:00 dunning_1 email",
    "2026-02-16 09:00 dunning_2 email",
    "2026-02-17 09:00 dunning_3 email",
    "2026-02-18 09:00 dunning_3 email",
)


class TestACardThatHasExpired:
    async def test_is_asked_for_another_which_is_charged_at_once(self, world: World, fails):
        subscription, case = await fails(card=SimulatedCard.EXPIRED_CARD)
        await subscription.is_told(*FAILED, *ASKED)
        await case.shows(state="awaiting_customer", action="request_card_update", nextAttemptAt=None)
        await world.lives_until("2026-02-18")
        await subscription.is_told_nothing()
        await case.tried("2026-02-15 09:00 card failed 54")

        await subscription.pays_with(SimulatedCard.APPROVE)
        await world.lives_until("2026-02-18T09:01:00Z")
        await subscription.was_told("subscription_updated", *RECOVERED)
        await subscription.shows(status="active", currentPeriodEnd="2026-03-15T09:00:00Z", cyclesCompleted=1)
        await case.shows(state="recovered")
        await case.tried("2026-02-15 09:00 card failed 54", "2026-02-18 09:01 card succeeded")
        await world.lives_until("2026-02-25")
        await subscription.is_told_nothing()
        await subscription.told_its_payer(
            *REMINDED, "2026-02-18 09:01 receipt email", "2026-02-18 09:01 payment_recovered email"
        )
        await subscription.was_billed("2026-02-15..2026-03-15 paid: failed 54 succeeded")


class TestACardOfWhichItsNetworkSaysNeverAgain:
    async def test_is_charged_by_nobody_again_and_another_one_is(self, world: World, fails):
        subscription, case = await fails(NEVER_AGAIN, card=SimulatedCard.AS_TOLD_MASTERCARD)
        await subscription.is_told(*FAILED, *ASKED)
        await case.refuses("retry-now", code="card_barred")
        await world.lives_until("2026-03-20")
        await subscription.is_told_nothing()
        await case.refuses("retry-now", code="card_barred")
        await case.tried("2026-02-15 09:00 card failed 79 03")

        await subscription.pays_with(SimulatedCard.APPROVE)
        await world.lives_until("2026-03-20T09:01:00Z")
        await subscription.was_told("subscription_updated", *RECOVERED)
        await case.tried("2026-02-15 09:00 card failed 79 03", "2026-03-20 09:01 card succeeded")
        await subscription.told_its_payer(
            *REMINDED,
            "2026-02-20 09:00 dunning_3 email",
            "2026-03-19 09:00 dunning_4 email",
            "2026-03-20 09:01 receipt email",
            "2026-03-20 09:01 payment_recovered email",
        )
        assert [charge.presentments for charge in (await world.bank.charges()).values()] == [1, 1]

    async def test_is_not_charged_by_another_subscription_either(self, world: World, shop: Shop):
        order = await shop.client.order(number=SimulatedCard.AS_TOLD_MASTERCARD.number)
        first, second = [
            shop.follow(await shop.client.made("/v1/subscriptions", {**order, "currentPeriodEnd": f"{day}T09:00:00Z"}))
            for day in ("2026-01-20", "2026-01-23")
        ]
        await world.bank.says(NEVER_AGAIN, card=SimulatedCard.AS_TOLD_MASTERCARD)
        await world.lives_until("2026-01-25")
        for subscription in (first, second):
            await subscription.was_told(*STARTED, *FAILED, *ASKED)
        await (await shop.case_of(first)).tried("2026-01-20 09:00 card failed 79 03")
        await (await shop.case_of(second)).tried()
        await second.was_billed("2026-01-23..2026-02-23 open: none")
        await first.told_its_payer(
            "2026-01-17 09:00 renewal_reminder email",
            "2026-01-20 09:00 dunning_1 email",
            "2026-01-21 09:00 dunning_2 email",
            "2026-01-22 09:00 dunning_3 email",
            "2026-01-23 09:00 dunning_3 email",
            "never dunning_3 pending",
        )
        await second.told_its_payer(
            "2026-01-20 09:00 renewal_reminder email",
            "2026-01-24 09:00 dunning_1 email",
            "2026-01-25 09:00 dunning_2 email",
            "never dunning_3 pending",
        )
        assert len(await world.bank.charges()) == 1


class TestChargesThatTheirPayerHasStopped:
    async def test_are_made_by_nobody_until_the_case_ends(self, world: World, fails):
        subscription, case = await fails(STOPPED)
        await subscription.is_told(*FAILED, *ASKED)
        await case.shows(state="awaiting_customer", action="await_customer", nextAttemptAt=None)
        await case.refuses("retry-now", code="payment_revoked")
        await world.lives_until("2026-03-21")
        await subscription.is_told_nothing()
        await case.refuses("retry-now", code="payment_revoked")
        await world.lives_until("2026-03-22")
        await subscription.is_told("subscription_unpaid")
        await subscription.shows(status="unpaid")
        await case.tried("2026-02-15 09:00 card failed R0")
        await world.lives_until("2026-04-16")
        await subscription.is_told_nothing()
        await subscription.told_its_payer("2026-02-12 09:00 renewal_reminder email", "2026-02-15 09:00 dunning_1 email")
        await subscription.was_billed("2026-02-15..2026-03-15 uncollectible: failed R0")
        assert [charge.presentments for charge in (await world.bank.charges()).values()] == [1]


class TestABankThatSaysNoWithoutAReason:
    async def test_is_asked_three_times_well_apart_and_then_another_card_is_wanted(self, world: World, fails):
        subscription, case = await fails(NO_REASON, NO_REASON, NO_REASON)
        await subscription.is_told(*FAILED)
        await world.lives_until(await case.next_attempt())
        await subscription.is_told(*AGAIN)
        await world.lives_until(await case.next_attempt())
        await subscription.is_told(*AGAIN, *ASKED)
        await case.shows(state="awaiting_customer", action="request_card_update", nextAttemptAt=None)
        await world.lives_until("2026-03-10")
        await subscription.is_told_nothing()
        await case.tried(
            "2026-02-15 09:00 card failed 05",
            "2026-02-27 19:03 card failed 05",
            "2026-03-03 19:02 card failed 05",
        )
        await subscription.pays_with(SimulatedCard.APPROVE)
        await world.lives_until("2026-03-10T09:01:00Z")
        await subscription.was_told("subscription_updated", *RECOVERED)
        await subscription.told_its_payer(
            "2026-02-12 09:00 renewal_reminder email",
            "2026-02-15 09:00 dunning_1 email",
            "2026-02-27 19:03 dunning_2 email",
            "2026-03-01 09:00 dunning_3 email",
            "2026-03-03 19:02 dunning_3 email",
            "2026-03-05 09:00 dunning_3 email",
            "2026-03-06 09:00 dunning_3 email",
            "2026-03-07 09:00 dunning_3 email",
            "2026-03-09 09:00 dunning_3 email",
            "2026-03-10 09:01 receipt email",
            "2026-03-10 09:01 payment_recovered email",
        )
        await subscription.was_billed("2026-02-15..2026-03-15 paid: failed 05 failed 05 failed 05 succeeded")
