"""Payers whose card won't do at all: they push the money, and their page says what to do and what has come."""

from duro.payments import SimulatedCard
from journey import World
from journey.answers import STOLEN
from journey.payer import Payer

OWING = "₦5,000.00 to pay"
PAID = "This is paid"


class TestACardThatWasStolen:
    async def test_leaves_ussd_whose_code_the_page_shows_until_the_money_is_there(
        self, world: World, shop, owes, payer: Payer
    ):
        subscription = await owes(STOLEN, phone="+2348030001122")
        case = await shop.case_of(subscription)
        (request,) = await case.requests()
        await payer.follows("Pay now")
        await payer.sees(OWING, request["instructions"]["code"], "We are waiting for your money")
        await world.rails.gets(request, 500_000)
        await world.lives_until("2026-02-15T09:30:00Z")
        await payer.asks("Check if it has come")
        await payer.sees(PAID, "Thank you")
        await subscription.shows(status="active")

    async def test_lets_a_transfer_be_chosen_which_may_come_in_parts(self, world: World, owes, payer: Payer):
        subscription = await owes(STOLEN, phone="+2348030001122")
        await payer.follows("Pay now")
        await payer.presses("Pay by bank transfer")
        await payer.sees(OWING, "Send ₦5,000.00 to this account")
        number = await payer.page.locator("dd.code").inner_text()
        account = {"id": "", "instructions": {"accountNumber": number}}
        await world.rails.gets(account, 200_000)
        await world.lives_until("2026-02-15T09:30:00Z")
        await payer.page.reload()
        await payer.sees("₦3,000.00 to pay", "₦2,000.00 has arrived", "Send ₦3,000.00 to this account")
        await world.rails.gets(account, 300_000)
        await world.lives_until("2026-02-15T10:00:00Z")
        await payer.page.reload()
        await payer.sees(PAID)
        await subscription.shows(status="active")

    async def test_can_be_replaced_while_money_is_waited_for(self, world: World, owes, payer: Payer):
        subscription = await owes(STOLEN)
        await payer.follows("Pay now")
        await payer.sees(OWING, "We are waiting for your money")
        await payer.types(SimulatedCard.APPROVE)
        await payer.presses("Pay ₦5,000.00 with this card")
        await payer.sees(PAID)
        await subscription.shows(status="active")
        await world.lives_until("2026-02-17")
        assert await world.taken() == [500_000]
