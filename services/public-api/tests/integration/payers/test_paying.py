"""The page behind a pay link: what whoever holds it sees, and what they can do about it."""

from whenever import TimeDelta

from duro.payments import SimulatedCard

SAVED = "Pay ₦5,000.00 with the card ending 0515"


class TestWhatIsOwed:
    async def test_is_shown_with_whose_it_is_and_why_it_could_not_be_taken(self, owing, merchant):
        payer = (await owing.after(SimulatedCard.INSUFFICIENT_FUNDS)).payer()
        page = await payer.opens()
        assert page.status_code == 200
        assert "<h1>₦5,000.00 to pay</h1>" in page.text
        assert merchant.tenant.name in payer.sees
        assert "enough money" in payer.sees
        assert SAVED in payer.offers


class TestTheSavedCard:
    async def test_is_charged_once_however_often_the_button_is_pressed(self, owing, gateway, clock):
        payer = (await owing.after(SimulatedCard.INSUFFICIENT_FUNDS)).payer()
        await payer.opens()
        clock.advance(TimeDelta(seconds=1))
        before, form = len(gateway.charges), payer.offers[SAVED]
        page = await payer.presses(SAVED)
        assert page.status_code == 200
        assert "enough money" in payer.sees
        again = await payer.sends(form)
        assert again.status_code == 303
        assert len(gateway.charges) == before + 1
        last = (await owing.shown())["transactions"][-1]
        assert (last["status"], last["reason"]) == ("failed", "The payer asked for it.")


class TestAnotherCard:
    async def test_pays_at_once(self, owing):
        payer = (await owing.after(SimulatedCard.EXPIRED_CARD)).payer()
        await payer.opens()
        page = await payer.presses(
            "Pay ₦5,000.00 with this card", number="4242 4242 4242 4242", expiry="12/30", cvc="123"
        )
        assert "<h1>This is paid</h1>" in page.text, page.text
        assert (await owing.shown())["schedule"]["state"] == "recovered"
