"""Payers whose card failed: from the letter that they get to the page that says it is paid."""

from whenever import Instant

from duro.payments import SimulatedCard
from duro.testkit.browser import Browser
from journey import Shop, World
from journey.answers import EMPTY
from journey.payer import Payer

OWING = "₦5,000.00 to pay"
PAY = "Pay ₦5,000.00 with this card"
PAID = "This is paid"
LATER = "2026-02-17"


class TestACardThatHasExpired:
    async def test_is_replaced_by_one_that_pays_at_once(self, world: World, owes, payer: Payer):
        subscription = await owes(card=SimulatedCard.EXPIRED_CARD)
        await payer.follows("Pay now")
        await payer.sees(OWING, "expired")
        await payer.types(SimulatedCard.APPROVE)
        await payer.presses(PAY)
        await payer.sees(PAID, "Thank you")
        await subscription.shows(status="active", currentPeriodEnd="2026-03-15T09:00:00Z")
        await world.lives_until(LATER)
        assert await world.taken() == [500_000]

    async def test_is_replaced_by_the_link_to_another_card_as_well(self, world: World, owes, payer: Payer):
        subscription = await owes(card=SimulatedCard.EXPIRED_CARD)
        await payer.follows("Use another card")
        await payer.sees("Change how you pay", "₦5,000.00")
        await payer.types(SimulatedCard.APPROVE)
        await payer.presses(PAY)
        await payer.sees("Change how you pay", "Thank you")
        await subscription.shows(status="active")
        await world.lives_until(LATER)
        assert await world.taken() == [500_000]

    async def test_is_replaced_on_a_phone_without_scripts(self, world: World, owes, browser: Browser, mail_sink):
        await owes(card=SimulatedCard.EXPIRED_CARD)
        async with browser.phone(has_scripts=False) as phone:
            payer = Payer(mail_sink, phone)
            await payer.follows("Pay now")
            await payer.types(SimulatedCard.APPROVE)
            await payer.presses(PAY)
            await phone.page.get_by_role("heading", name=PAID).wait_for()
            phone.is_clean()
        assert await world.taken() == [500_000]


class TestACardThatCannotBeUsed:
    async def test_has_its_faults_beside_its_fields_until_it_is_right(self, world: World, owes, payer: Payer):
        await owes(card=SimulatedCard.EXPIRED_CARD)
        await payer.follows("Pay now")
        await payer.types("4242", expiry="13/30", code="12")
        await payer.presses(PAY)
        await payer.sees(OWING, "Nothing was charged")
        assert await payer.faults() == {
            "Card number": "Type the long number on the front of the card, 12 to 19 digits.",
            "Expiry date": "Type the month and the year, such as 08/29.",
            "Security code": "Type the 3 or 4 digits of the security code.",
        }
        await payer.page.locator("#number:focus").wait_for()
        await payer.types("4242 4242 4242 4242", expiry="0")
        await payer.presses(PAY)
        await payer.page.locator("#expiry:focus").wait_for()
        await payer.sees(OWING, "Nothing was charged")
        await payer.types("4242 4242 4242 4241")
        await payer.presses(PAY)
        await payer.sees(OWING, "This card can't be used here")
        assert await world.taken() == []
        await payer.types(SimulatedCard.APPROVE)
        await payer.presses(PAY)
        await payer.sees(PAID)
        assert await world.taken() == [500_000]


class TestACardWithoutMoney:
    async def test_is_tried_again_as_its_payer_asks_and_then_another_pays(self, world: World, owes, payer: Payer):
        subscription = await owes(EMPTY, EMPTY)
        await payer.follows("Pay now")
        await payer.sees(OWING, "we will try again on")
        await payer.presses("Pay ₦5,000.00 with the card ending 0101")
        await payer.sees(OWING)
        await payer.types(SimulatedCard.INSUFFICIENT_FUNDS)
        await payer.presses(PAY)
        await payer.sees(OWING, "enough money")
        assert await world.taken() == []
        await payer.types(SimulatedCard.APPROVE_VERVE)
        await payer.presses(PAY)
        await payer.sees(PAID)
        await subscription.shows(status="active")
        await world.lives_until(LATER)
        assert await world.taken() == [500_000]


class TestAPayment:
    async def test_is_made_once_however_often_its_button_is_pressed(self, world: World, owes, payer: Payer):
        await owes(card=SimulatedCard.EXPIRED_CARD)
        await payer.follows("Pay now")
        await payer.types(SimulatedCard.APPROVE)
        await payer.presses_twice(PAY)
        await payer.sees(PAID)
        assert payer.phone.requests.count(f"POST {payer.address}") == 2
        await world.lives_until(LATER)
        assert await world.taken() == [500_000]

    async def test_whose_answer_is_lost_is_found(self, world: World, owes, payer: Payer):
        await owes(card=SimulatedCard.EXPIRED_CARD)
        await payer.follows("Pay now")
        await payer.types(SimulatedCard.TIMEOUT_AFTER)
        await payer.presses(PAY)
        await payer.sees(PAID)
        await world.lives_until(LATER)
        assert await world.taken() == [500_000]

    async def test_stays_made_when_its_payer_goes_back_and_loads_again(self, world: World, owes, payer: Payer):
        await owes(card=SimulatedCard.EXPIRED_CARD)
        await payer.follows("Pay now")
        await payer.types(SimulatedCard.APPROVE)
        await payer.presses(PAY)
        await payer.sees(PAID)
        await payer.page.reload()
        await payer.sees(PAID)
        await payer.page.go_back()
        await payer.sees(PAID)
        await world.lives_until(LATER)
        assert await world.taken() == [500_000]

    async def test_is_made_on_one_phone_only(self, world: World, owes, payer: Payer, browser: Browser, mail_sink):
        await owes(card=SimulatedCard.EXPIRED_CARD)
        async with browser.phone() as second:
            partner = Payer(mail_sink, second)
            for who in (payer, partner):
                await who.follows("Pay now")
                await who.types(SimulatedCard.APPROVE)
            await payer.presses(PAY)
            await payer.sees(PAID)
            await partner.presses(PAY)
            await partner.sees(PAID)
            second.is_clean()
        await world.lives_until(LATER)
        assert await world.taken() == [500_000]


class TestAReminder:
    async def test_lets_the_card_be_changed_once_before_it_is_needed(self, world: World, shop: Shop, payer: Payer):
        subscription = await shop.starts(paid_until="2026-02-15T09:00:00Z")
        world.clock.set(Instant.from_utc(2026, 2, 11, hour=9))
        await world.lives_until("2026-02-12")
        await payer.follows("Change how you pay")
        await payer.sees("Change how you pay", "Nothing is charged now")
        await payer.types(SimulatedCard.APPROVE_MASTERCARD)
        await payer.presses_twice("Save this card")
        await payer.sees("Change how you pay", "Thank you")
        customer = f"/v1/customers/{subscription.made['customerId']}/payment-methods"
        saved = (await shop.client.read(customer))["items"]
        assert [method["last4"] for method in saved] == ["4444", "4242"]
        await subscription.shows(paymentMethodId=saved[0]["id"])
        await world.lives_until("2026-02-16")
        assert await world.taken() == [500_000]


class TestALink:
    async def test_that_was_changed_opens_nothing(self, owes, payer: Payer):
        await owes(card=SimulatedCard.EXPIRED_CARD)
        await payer.follows("Pay now")
        address = payer.address
        changed = address[:-20] + ("A" if address[-20] != "A" else "B") + address[-19:]
        assert await payer.opens(changed) == 404
        await payer.sees("This link doesn't work")
        assert await payer.opens(address.replace("/pay/", "/update/")) == 404
        await payer.sees("This link doesn't work")

    async def test_that_is_too_old_opens_nothing(self, world: World, owes, payer: Payer):
        await owes(card=SimulatedCard.EXPIRED_CARD)
        await payer.follows("Pay now")
        await payer.sees(OWING)
        world.clock.set(Instant.from_utc(2026, 6, 15))
        assert await payer.opens(payer.address) == 404
        await payer.sees("This link doesn't work", "too old")
