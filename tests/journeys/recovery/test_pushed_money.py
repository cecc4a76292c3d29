"""Payers who push the money where nothing can be charged: in parts, twice, too much, too late, or never."""

import pytest_asyncio

from journey import Shop, World
from journey.answers import STOLEN
from journey.happenings import ASKED, FAILED, RECOVERED, RENEWED, STARTED

PHONE = "+2348030001122"


@pytest_asyncio.fixture(loop_scope="session")
async def world(database, redis_url, clock, ids, bank):
    """Give a world with all rails, whose bank tells of what comes."""
    async with World.open(database, redis_url, clock=clock, ids=ids, bank=bank, rails=bank) as world:
        yield world
        await world.is_in_order()


class TestACardThatWasStolen:
    async def test_has_its_payer_asked_by_ussd_who_pays_short_and_then_the_rest(self, world: World, fails):
        subscription, case = await fails(STOLEN, phone=PHONE)
        await subscription.is_told(*FAILED, *ASKED)
        await case.shows(state="awaiting_customer", action="switch_rail", rail="ussd")
        await case.asked("2026-02-15 09:00 ussd 500000 open")
        (request,) = await case.requests()
        await world.bank.gets(request, 200_000)
        await world.lives_until("2026-02-15T09:30:00Z")
        await subscription.is_told()
        await world.bank.gets(request, 300_000)
        await world.lives_until("2026-02-15T10:00:00Z")
        await subscription.is_told(*RECOVERED)
        await case.shows(state="recovered")
        await world.lives_until("2026-02-20")
        await subscription.is_told_nothing()
        await case.asked("2026-02-15 09:00 ussd 500000 paid")
        await case.tried("2026-02-15 09:00 card failed 43")
        await case.went(
            "2026-02-15 09:00 opened",
            "2026-02-15 09:00 asked switch_rail",
            "2026-02-15 09:30 received switch_rail",
            "2026-02-15 10:00 recovered switch_rail",
        )
        await subscription.told_its_payer(
            "2026-02-12 09:00 renewal_reminder email",
            "2026-02-15 09:00 dunning_1 email",
            "2026-02-15 09:30 receipt email",
            "2026-02-15 10:00 receipt email",
            "2026-02-15 10:00 payment_recovered email",
        )
        await subscription.was_billed("2026-02-15..2026-03-15 paid: failed 43")


class TestATransfer:
    async def test_that_comes_twice_pays_the_next_period_too(self, world: World, fails):
        subscription, case = await fails(STOLEN)
        await subscription.is_told(*FAILED, *ASKED)
        (request,) = await case.requests()
        await world.bank.gets(request, 500_000)
        await world.bank.gets(request, 500_000)
        await world.lives_until("2026-02-15T12:00:00Z")
        await subscription.is_told(*RECOVERED)
        await subscription.shows(status="active", balance=500_000)
        await world.lives_until("2026-03-15")
        await subscription.is_told(*RENEWED)
        await case.asked("2026-02-15 09:00 transfer 500000 paid")
        await case.tried("2026-02-15 09:00 card failed 43")
        await subscription.told_its_payer(
            "2026-02-12 09:00 renewal_reminder email",
            "2026-02-15 09:00 dunning_1 email",
            "2026-02-15 12:00 receipt email",
            "2026-02-15 12:00 payment_recovered email",
            "2026-02-15 12:00 receipt email",
            "2026-03-12 09:00 renewal_reminder email",
        )
        await subscription.was_billed("2026-02-15..2026-03-15 paid: failed 43", "2026-03-15..2026-04-15 paid: none")

    async def test_of_too_much_leaves_credit(self, world: World, fails):
        subscription, case = await fails(STOLEN)
        await subscription.is_told(*FAILED, *ASKED)
        (request,) = await case.requests()
        await world.bank.gets(request, 620_000)
        await world.lives_until("2026-02-16")
        await subscription.is_told(*RECOVERED)
        await subscription.shows(status="active", balance=120_000)
        await case.asked("2026-02-15 09:00 transfer 500000 paid")
        await subscription.told_its_payer(
            "2026-02-12 09:00 renewal_reminder email",
            "2026-02-15 09:00 dunning_1 email",
            "2026-02-16 09:00 receipt email",
            "2026-02-16 09:00 payment_recovered email",
        )
        await subscription.was_billed("2026-02-15..2026-03-15 paid: failed 43")

    async def test_that_comes_after_the_case_was_given_up_wins_it_after_all(self, world: World, shop: Shop, fails):
        await shop.recovers(deadlineDays=2, rails=["transfer"])
        subscription, case = await fails(STOLEN)
        await subscription.is_told(*FAILED, *ASKED)
        (request,) = await case.requests()
        await world.lives_until("2026-02-17T09:02:00Z")
        await subscription.was_told("subscription_unpaid")
        await world.lives_until("2026-02-20")
        await world.bank.gets(request, 500_000)
        await world.lives_until("2026-02-20T10:00:00Z")
        await subscription.is_told(*RECOVERED)
        await case.shows(state="recovered")
        await subscription.shows(status="active", currentPeriodEnd="2026-03-15T09:00:00Z")
        page = await shop.client.read("/v1/recovery/ledger")
        assert [(won["amount"], won["action"], won["rail"]) for won in page["items"]] == [
            (500_000, "switch_rail", "transfer")
        ]
        await case.asked("2026-02-15 09:00 transfer 500000 closed")
        await case.went(
            "2026-02-15 09:00 opened",
            "2026-02-15 09:00 asked switch_rail",
            "2026-02-17 09:02 exhausted exhaust",
            "2026-02-20 10:00 recovered exhaust",
        )
        await subscription.told_its_payer(
            "2026-02-12 09:00 renewal_reminder email",
            "2026-02-15 09:00 dunning_1 email",
            "2026-02-20 10:00 receipt email",
            "2026-02-20 10:00 payment_recovered email",
        )
        await subscription.was_billed("2026-02-15..2026-03-15 paid: failed 43")


class TestAPayerWhoAnswersNothing:
    async def test_is_asked_by_one_rail_after_the_other_until_time_is_over(self, world: World, shop: Shop, fails):
        await shop.recovers(deadlineDays=10)
        subscription, case = await fails(STOLEN, phone=PHONE)
        await world.lives_until("2026-02-26")
        await subscription.was_told(*FAILED, *ASKED, *ASKED, *ASKED, *ASKED, "subscription_unpaid")
        await case.asked(
            "2026-02-15 09:00 ussd 500000 closed",
            "2026-02-17 09:00 transfer 500000 closed",
            "2026-02-19 09:00 virtual_account 500000 closed",
        )
        await case.went(
            "2026-02-15 09:00 opened",
            "2026-02-15 09:00 asked switch_rail",
            "2026-02-17 09:00 asked switch_rail",
            "2026-02-19 09:00 asked switch_rail",
            "2026-02-21 09:00 asked request_card_update",
            "2026-02-22 09:00 asked request_card_update",
            "2026-02-25 09:00 exhausted exhaust",
        )
        await subscription.told_its_payer(
            "2026-02-12 09:00 renewal_reminder email",
            "2026-02-15 09:00 dunning_1 email",
            "2026-02-17 09:00 dunning_2 email",
            "2026-02-19 09:00 dunning_3 email",
            "2026-02-21 09:00 dunning_3 email",
            "2026-02-22 09:00 dunning_4 email",
        )
        await subscription.was_billed("2026-02-15..2026-03-15 uncollectible: failed 43")


class TestAMandateThatIsBeingSetUp:
    async def test_is_refused_without_a_reason_and_debited_when_its_bank_is_ready(self, world: World, shop: Shop):
        order = await shop.client.order()
        mandate = {"accountNumber": "0100000001", "bankCode": "058", "ceiling": 2_000_000, "currency": "NGN"}
        path = f"/v1/customers/{order['customerId']}/payment-methods"
        method = await shop.client.made(path, {"rail": "direct_debit", "mandate": mandate})
        order |= {"paymentMethodId": method["id"], "currentPeriodEnd": "2026-01-15T10:00:00Z"}
        subscription = shop.follow(await shop.client.made("/v1/subscriptions", order))
        await subscription.is_told(*STARTED)
        await world.lives_until("2026-01-15T10:00:00Z")
        await subscription.is_told(*FAILED)
        case = await shop.case_of(subscription)
        await case.shows(state="scheduled", action="retry", rail="direct_debit", nextAttemptAt="2026-01-15T11:03:14Z")
        await world.lives_until(await case.next_attempt())
        await subscription.is_told(*RECOVERED)
        await case.tried("2026-01-15 10:00 direct_debit failed 05", "2026-01-15 11:03 direct_debit succeeded")
        await subscription.told_its_payer(
            "2026-01-15 10:00 dunning_1 email",
            "2026-01-15 11:03 receipt email",
            "2026-01-15 11:03 payment_recovered email",
        )
