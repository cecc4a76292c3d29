"""Another card, typed into the page of a link: saved as a token, used from then on, and charged for what is owed."""

import asyncio

import pytest
from whenever import TimeDelta

from duro.crypto import LinkPurpose
from duro.kernel import CustomerId, Mode, PaymentMethodId
from duro.merchant_api.receipts import DerivedIdFactory
from duro.payments import CardDetails, SimulatedCard

PAY = "Pay ₦5,000.00 with this card"
SAVE = "Save this card"
GOOD = {"number": "4242 4242 4242 4242", "expiry": "12/30", "cvc": "123"}
EXPIRED = "This card has expired. Nothing was charged."


class Forgetful:
    """A receipt of a process that always dies before it signs: the same ids, and nothing remembered."""

    def __init__(self, at) -> None:
        self._at = at

    async def claim(self, repos, ids):
        _ = repos, ids
        return DerivedIdFactory(seed=b"the same form", at=self._at)

    async def sign(self, repos, result) -> None: ...


@pytest.fixture
def owed(owing):
    return owing.after(SimulatedCard.EXPIRED_CARD)


class TestANewCard:
    async def test_is_charged_at_once_and_pays_from_then_on(self, owed, api):
        owed = await owed
        payer = owed.payer()
        await payer.opens()
        page = await payer.presses(PAY, **GOOD)
        assert "<h1>This is paid</h1>" in page.text
        case = await owed.shown()
        assert case["schedule"]["state"] == "recovered"
        assert sorted(one["status"] for one in case["transactions"]) == ["failed", "succeeded"]
        subscription = await api.read(f"/v1/subscriptions/{owed.subscription['id']}")
        method = await api.read(f"/v1/payment-methods/{subscription['paymentMethodId']}")
        assert (method["last4"], method["expYear"]) == ("4242", 2030)

    async def test_is_saved_and_charged_once_by_a_double_click(self, owed, api, gateway):
        owed = await owed
        payer = owed.payer()
        await payer.opens()
        form, before = payer.offers[PAY] | GOOD, (len(gateway.charges), gateway.tokenizations)
        answers = await asyncio.gather(*(payer.sends(form) for _ in range(3)))
        again = await payer.sends(form)
        assert [answer.status_code for answer in (*answers, again)] == [303] * 4
        assert {answer.headers["location"].partition("?")[2] for answer in (*answers, again)} == {"sent=card"}
        assert (len(gateway.charges), gateway.tokenizations) == (before[0] + 1, before[1] + 1)
        path = f"/v1/customers/{owed.subscription['customerId']}/payment-methods"
        assert len((await api.read(path))["items"]) == 3

    async def test_is_found_again_by_a_process_that_does_what_another_died_over(
        self, owed, composition, gateway, clock, merchant
    ):
        owed = await owed
        before = (len(gateway.charges), gateway.tokenizations)
        act = composition.payers[Mode.TEST].use_card
        link = composition.settings.links.signer.opened(owed.token())
        card = CardDetails(number="4000000000000515", exp_month=12, exp_year=2030, cvc="123")
        for _ in range(2):
            await act.execute(link, card, Forgetful(clock.now()))
        assert (len(gateway.charges), gateway.tokenizations) == (before[0] + 1, before[1] + 1)
        async with merchant.contexts.open(merchant.tenant.id) as repos:
            name = DerivedIdFactory(seed=b"the same form", at=clock.now()).new(PaymentMethodId)
            found = await repos.payment_methods.get(name)
        assert found.customer_id == CustomerId.parse(owed.subscription["customerId"])

    async def test_that_is_declined_says_why_and_can_be_followed_by_another(self, owed, clock):
        payer = (await owed).payer()
        await payer.opens()
        clock.advance(TimeDelta(seconds=1))
        await payer.presses(PAY, **GOOD | {"number": "4000 0000 0000 0515"})
        alert = payer.sees.partition('<div class="alert" role="alert">')[2].partition("</div>")[0]
        assert "That payment didn't go through. There wasn't enough money in the account" in alert
        assert "Why the last payment" not in payer.sees
        clock.advance(TimeDelta(seconds=1))
        assert "<h1>This is paid</h1>" in (await payer.presses(PAY, **GOOD)).text

    async def test_that_is_no_card_says_so_beside_the_form_and_keeps_the_date_alone(self, owed, gateway):
        payer = (await owed).payer()
        await payer.opens()
        before = len(gateway.charges)
        page = await payer.presses(PAY, number="4111 1111 1111 1111", expiry="12/30", cvc="987")
        assert page.status_code == 422
        assert 'role="alert"' in page.text
        assert "This card can't be used here. Nothing was charged." in payer.sees
        form = payer.offers[PAY]
        assert (form["number"], form["expiry"], form["cvc"]) == ("", "12/30", "")
        assert not {"4111", "987"} & set(page.text.split())
        assert len(gateway.charges) == before
        assert "<h1>This is paid</h1>" in (await payer.presses(PAY, **GOOD)).text

    async def test_that_was_refused_is_refused_again_by_a_reload(self, owed, gateway):
        payer = (await owed).payer()
        await payer.opens()
        form = payer.offers[PAY] | GOOD | {"number": "4111111111111111"}
        before = gateway.tokenizations
        answers = [await payer.sends(form) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [422, 422]
        assert gateway.tokenizations == before + 1

    async def test_is_taken_from_nobody_who_has_tried_twenty_about_the_same_today(self, owed, gateway, clock):
        owed = await owed
        payer, other = owed.payer(), owed.payer(LinkPurpose.PAY, days=59)
        await payer.opens()
        form = payer.offers[PAY] | GOOD | {"number": "4111111111111111"}
        for nth in range(20):
            await payer.sends(form | {"form": f"{nth:032x}"})
        before = gateway.tokenizations
        refused = await other.sends(form | {"form": "f" * 32})
        assert (refused.status_code, gateway.tokenizations) == (429, before)
        clock.advance(TimeDelta(hours=25))
        assert (await other.sends(form | {"form": "e" * 32})).status_code == 422
        assert gateway.tokenizations == before + 1

    async def test_that_has_expired_is_known_without_asking(self, owed, gateway):
        payer = (await owed).payer()
        await payer.opens()
        before = gateway.tokenizations
        page = await payer.presses(PAY, **GOOD | {"expiry": "02/2026"})
        assert (page.status_code, EXPIRED in payer.sees) == (422, True)
        assert gateway.tokenizations == before

    async def test_that_is_mistyped_is_marked_where_that_is(self, owed, gateway):
        payer = (await owed).payer()
        await payer.opens()
        before = gateway.tokenizations
        page = await payer.presses(PAY, **GOOD | {"expiry": "13/30<script>"})
        assert page.status_code == 422
        assert page.text.count('aria-invalid="true"') == 1
        assert '<p class="fault" id="expiry-fault">Type the month and the year, such as 08/29.</p>' in page.text
        assert 'aria-describedby="expiry-hint expiry-fault"' in page.text
        assert "<script" not in page.text
        assert gateway.tokenizations == before

    async def test_is_written_down_nowhere(self, owed, merchant, capfd):
        payer = (await owed).payer()
        await payer.opens()
        await payer.presses(PAY, number="4000000000000515", expiry="11/31", cvc="836")
        async with merchant.contexts.open(merchant.tenant.id) as repos:
            tables = await repos.session.fetch(
                "select table_schema || '.' || table_name as name from information_schema.tables "
                "where table_schema in ('test', 'core', 'common') and $1::uuid is not null"
            )
            for table in tables:
                rows = await repos.session.fetch(
                    f"select t::text as row from {table['name']} t where $1::uuid is not null"
                )
                for row in rows:
                    assert "4000000000000515" not in row["row"], table["name"]
        told = capfd.readouterr()
        assert not [word for word in ("4000000000000515", "836") if word in told.out + told.err]


class TestThePageToChangeACard:
    async def test_saves_one_without_charging_where_nothing_is_owed(self, owing, api, gateway):
        owed = await owing.after(SimulatedCard.INSUFFICIENT_FUNDS)
        await owed.acts("void")
        payer = owed.updating()
        page = await payer.opens()
        assert "<h1>Change how you pay</h1>" in page.text
        assert "<dd>The card ending 0515</dd>" in page.text
        before = len(gateway.charges)
        await payer.presses(SAVE, **GOOD)
        assert "your new card is saved" in payer.sees
        assert "<dd>The card ending 4242</dd>" in payer.sees
        assert len(gateway.charges) == before
        subscription = await api.read(f"/v1/subscriptions/{owed.subscription['id']}")
        assert (await api.read(f"/v1/payment-methods/{subscription['paymentMethodId']}"))["last4"] == "4242"

    @pytest.mark.parametrize("is_about_invoice", [True, False])
    async def test_charges_at_once_what_is_owed(self, owed, is_about_invoice):
        owed = await owed
        payer = owed.payer(LinkPurpose.UPDATE) if is_about_invoice else owed.updating()
        page = await payer.opens()
        assert "<dt>Still to pay</dt><dd>₦5,000.00</dd>" in page.text
        await payer.presses(PAY, **GOOD)
        assert (await owed.shown())["schedule"]["state"] == "recovered"
        assert SAVE in payer.offers

    async def test_shows_a_refused_card_beside_its_form(self, owed):
        payer = (await owed).updating()
        await payer.opens()
        page = await payer.presses(PAY, **GOOD | {"number": "4111111111111111"})
        assert (page.status_code, payer.offers[PAY]["expiry"]) == (422, "12/30")

    async def test_says_that_a_subscription_has_ended(self, owed, api):
        owed = await owed
        assert (await api.post(f"/v1/subscriptions/{owed.subscription['id']}/cancel")).is_success
        payer = owed.updating()
        assert "<h1>This subscription has ended</h1>" in (await payer.opens()).text
        assert payer.offers == {}

    async def test_offers_no_other_way_to_pay(self, owed, gateway):
        owed = await owed
        payer = owed.updating()
        await payer.opens()
        assert set(payer.offers) == {PAY}
        before = len(gateway.charges)
        for act in ("saved", "transfer", "ussd"):
            answer = await payer.sends(payer.offers[PAY] | {"act": act})
            assert (answer.status_code, answer.headers["location"]) == (303, payer.path.rpartition("/")[2])
        assert (len(gateway.charges), (await owed.shown())["paymentRequests"]) == (before, [])
