"""Payers who have their bank take a charge back: what was paid stays paid, and their card is left alone."""

import pytest_asyncio

from duro.payments import SimulatedCard
from journey import Shop, World
from journey.happenings import ASKED, FAILED, RECOVERED

BEGUN = ("subscription_created", "invoice_created", "subscription_activated", "subscription_payment_success")


@pytest_asyncio.fixture(loop_scope="session")
async def world(database, redis_url, clock, ids, bank):
    """Give a world whose bank tells of what happens there."""
    async with World.open(database, redis_url, clock=clock, ids=ids, bank=bank, rails=bank) as world:
        yield world
        await world.is_in_order()


class TestADisputedCharge:
    async def test_costs_nobody_a_period_and_has_the_next_one_paid_by_another_card(self, world: World, shop: Shop):
        await shop.recovers(rails=[])
        subscription = await shop.starts()
        await subscription.is_told(*BEGUN)
        before = await subscription.read()
        (invoice,) = await subscription.invoices()
        (charge,) = invoice["transactions"]

        await world.bank.takes_back(charge["reference"])
        await world.lives_until("2026-01-20")
        await subscription.is_told_nothing()
        assert await subscription.read() == before
        (disputed,) = await subscription.invoices()
        assert disputed["transactions"][0]["dispute"]["status"] == "open"
        assert {**disputed, "transactions": []} == {**invoice, "transactions": []}

        await world.lives_until("2026-02-15")
        await subscription.is_told(*FAILED, *ASKED)
        case = await shop.case_of(subscription)
        await case.shows(state="awaiting_customer", action="request_card_update", nextAttemptAt=None)
        await case.refuses("retry-now", code="card_barred")
        await world.bank.gives_again(charge["reference"])
        await world.lives_until("2026-02-17")
        await case.tried()

        await subscription.pays_with(SimulatedCard.APPROVE_MASTERCARD)
        await world.lives_until("2026-02-17T09:01:00Z")
        await subscription.was_told("subscription_updated", *RECOVERED)
        await case.tried("2026-02-17 09:01 card succeeded")
        await subscription.was_billed(
            "2026-01-15..2026-02-15 paid: succeeded", "2026-02-15..2026-03-15 paid: succeeded"
        )
        (first, _) = await subscription.invoices()
        assert first["transactions"][0]["dispute"]["status"] == "won"
