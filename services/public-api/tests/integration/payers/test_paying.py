"""The page behind a pay link: what whoever holds it sees, and what comes of paying with what they have saved."""

import asyncio

import pytest
from whenever import TimeDelta

from duro.payments import Declined, SimulatedCard
from duro.payments.simulated import PayerAnswer
from duro.testkit.deadline import Deadline

SAVED = "Pay ₦5,000.00 with the card ending 0515"
APPROVED = "Pay ₦5,000.00 with the card ending 0135"
DAY = TimeDelta(hours=24)


class TestWhatIsOwed:
    async def test_is_shown_with_whose_it_is_for_what_and_why_it_could_not_be_taken(self, owing, merchant):
        payer = (await owing.after(SimulatedCard.INSUFFICIENT_FUNDS)).payer()
        page = await payer.opens()
        assert page.status_code == 200
        assert page.text.count("<h1>") == 1
        assert "<h1>₦5,000.00 to pay</h1>" in page.text
        assert f"<dt>To</dt><dd>{merchant.tenant.name}</dd>" in payer.sees
        assert "<dt>For</dt><dd>Gold</dd>" in page.text
        assert "There wasn't enough money in the account" in payer.sees
        assert "Test mode: no real money moves." in page.text
        assert SAVED in payer.offers

    async def test_names_no_person(self, owing, api):
        owed = await owing.after(SimulatedCard.INSUFFICIENT_FUNDS)
        path = f"/v1/customers/{owed.subscription['customerId']}"
        told = {"name": "Ngozi Obi", "phone": "+2348030001122"}
        customer = (await api.http.patch(path, json=told)).json()
        page = await owed.payer().opens()
        for word in (customer["email"], "Ngozi", "Obi", "8030001122", customer["id"], owed.case["invoiceId"]):
            assert word not in page.text

    async def test_is_never_explained_by_a_crime(self, owing, provider):
        await provider.cards.tell(SimulatedCard.AS_TOLD.token, [Declined(code, "No.") for code in ("43", "41", "59")])
        payer = (await owing.after(SimulatedCard.AS_TOLD)).payer()
        for _ in range(3):
            page = await payer.opens()
            assert page.status_code == 200
            assert not {"lost", "stolen", "fraud", "crime"} & set(payer.sees.lower().replace(".", " ").split())

    async def test_is_escaped_whatever_a_plan_is_called(self, owing):
        name = "<script>alert(1)</script>"
        page = await (await owing.after(SimulatedCard.INSUFFICIENT_FUNDS, name=name)).payer().opens()
        assert "<script" not in page.text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text

    async def test_says_when_the_card_is_tried_by_itself(self, owing, dunning):
        owed = await owing.after(SimulatedCard.INSUFFICIENT_FUNDS)
        await owed.decided(dunning)
        payer = owed.payer()
        await payer.opens()
        assert "If you do nothing, we will try again on " in payer.sees


class TestASavedCard:
    async def test_is_charged_once_however_often_the_button_is_pressed(self, owing, gateway):
        payer = (await owing.after(SimulatedCard.INSUFFICIENT_FUNDS)).payer()
        await payer.opens()
        before, form = len(gateway.charges), payer.offers[SAVED]
        page = await payer.presses(SAVED)
        assert page.status_code == 200
        assert "enough money" in payer.sees
        again = await payer.sends(form)
        assert again.status_code == 303
        assert len(gateway.charges) == before + 1
        reasons = [one["reason"] for one in (await owing.shown())["transactions"] if one["status"] == "failed"]
        assert sorted(reasons) == ["The merchant changed the plan.", "The payer asked for it."]

    async def test_is_charged_once_by_a_double_click(self, owing, gateway):
        payer = (await owing.after(SimulatedCard.INSUFFICIENT_FUNDS)).payer()
        await payer.opens()
        before, form = len(gateway.charges), payer.offers[SAVED]
        answers = await asyncio.gather(*(payer.sends(form) for _ in range(3)))
        assert [answer.status_code for answer in answers] == [303] * 3
        assert len(gateway.charges) == before + 1

    async def test_is_charged_again_from_a_page_that_is_opened_again(self, owing, gateway, clock):
        payer = (await owing.after(SimulatedCard.INSUFFICIENT_FUNDS)).payer()
        await payer.opens()
        before = len(gateway.charges)
        for _ in range(2):
            clock.advance(TimeDelta(minutes=1))
            await payer.presses(SAVED)
        assert len(gateway.charges) == before + 2

    async def test_leaves_the_plan_of_the_case_as_it_was(self, owing, dunning, clock):
        owed = await owing.after(SimulatedCard.INSUFFICIENT_FUNDS)
        await owed.decided(dunning)
        planned = (await owed.shown())["schedule"]
        payer = owed.payer()
        await payer.opens()
        clock.advance(TimeDelta(minutes=1))
        await payer.presses(SAVED)
        await owed.decided(dunning)
        after = (await owed.shown())["schedule"]
        assert after["action"] == planned["action"] == "retry_payday"
        assert after["nextAttemptAt"][:10] == planned["nextAttemptAt"][:10]

    async def test_isnt_offered_once_it_has_expired(self, owing, dunning):
        owed = await owing.after(SimulatedCard.EXPIRED_CARD)
        await owed.decided(dunning)
        payer = owed.payer()
        await payer.opens()
        assert not [label for label in payer.offers if "card ending" in label]
        assert "Pay ₦5,000.00 with this card" in payer.offers

    async def test_isnt_charged_where_its_bank_wants_that_never_again(self, owing, api, provider, gateway):
        await provider.cards.tell(SimulatedCard.AS_TOLD.token, [Declined("R0", "No.")])
        owed = await owing.after(SimulatedCard.AS_TOLD)
        payer = owed.payer()
        await payer.opens()
        assert not [label for label in payer.offers if "card ending" in label]
        subscription = await api.read(f"/v1/subscriptions/{owed.subscription['id']}")
        named = {"form": payer.offers["Pay ₦5,000.00 with this card"]["form"], "shown": subscription["paymentMethodId"]}
        before = len(gateway.charges)
        sent = await payer.sends({"act": "saved", **named})
        assert (sent.status_code, len(gateway.charges)) == (303, before)

    async def test_isnt_tried_more_than_ten_times_a_day(self, owing, gateway, clock):
        payer = (await owing.after(SimulatedCard.INSUFFICIENT_FUNDS)).payer()
        await payer.opens()
        stale = payer.offers[SAVED]
        for _ in range(10):
            clock.advance(TimeDelta(minutes=5))
            await payer.presses(SAVED)
        before = len(gateway.charges)
        assert "no card can be tried here until tomorrow" in payer.sees
        assert not [label for label in payer.offers if "card" in label]
        await payer.sends(stale | {"form": "0" * 32})
        assert len(gateway.charges) == before
        clock.advance(DAY)
        await payer.opens()
        assert SAVED in payer.offers


class TestAChargeOnItsWay:
    async def test_is_waited_for_and_nothing_else_is_offered(self, owing, gateway):
        owed = await owing.after(SimulatedCard.INSUFFICIENT_FUNDS)
        payer, other = owed.payer(), owed.payer()
        await payer.opens()
        before = len(gateway.charges)
        gateway.door.clear()
        pressing = asyncio.create_task(payer.presses(SAVED))
        await Deadline(30).until(lambda: len(gateway.charges) > before, "the charge")
        page = await other.opens()
        gateway.door.set()
        assert "<h1>Your payment is on its way</h1>" in page.text
        assert (page.headers["refresh"], other.offers) == ("3", {})
        await pressing
        assert SAVED in payer.offers

    async def test_leads_to_the_bank_that_wants_it_approved_and_shows_what_came_of_that(self, owing, provider):
        payer = (await owing.after(SimulatedCard.APPROVAL)).payer()
        await payer.opens()
        page = await payer.presses(APPROVED)
        assert "<h1>Your bank asks you to approve this</h1>" in page.text
        seconds, url = page.headers["refresh"].split("; url=")
        assert (seconds, f'href="{url}"' in page.text) == ("0", True)
        assert (await payer.opens()).headers["refresh"] == "10"
        reference = url.rpartition("/")[2]
        assert (await provider.approvals.find(reference)).return_url == f"http://pay.test{payer.path}"
        await provider.approvals.answer(reference, PayerAnswer.APPROVE)
        assert "<h1>This is paid</h1>" in (await payer.opens()).text

    async def test_that_its_payer_refused_to_approve_is_told_as_that(self, owing, provider):
        payer = (await owing.after(SimulatedCard.APPROVAL)).payer()
        await payer.opens()
        page = await payer.presses(APPROVED)
        reference = page.headers["refresh"].rpartition("/")[2]
        await provider.approvals.answer(reference, PayerAnswer.REFUSE)
        await payer.opens()
        assert "<h1>₦5,000.00 to pay</h1>" in payer.sees
        assert "Your bank wants you to approve this payment yourself" in payer.sees


class TestWhatIsOver:
    async def test_is_told_once_it_is_paid(self, owing, api, gateway):
        owed = await owing.after(SimulatedCard.INSUFFICIENT_FUNDS)
        payer = owed.payer()
        await payer.opens()
        form = payer.offers[SAVED]
        card = await api.card({"id": owed.subscription["customerId"]})
        assert (
            await api.post(f"/v1/invoices/{owed.case['invoiceId']}/pay", {"paymentMethodId": card["id"]})
        ).is_success
        before = len(gateway.charges)
        assert (await payer.sends(form)).status_code == 303
        page = await payer.opens()
        assert "<h1>This is paid</h1>" in page.text
        assert "₦5,000.00 for Gold is paid, since 31 March 2026 at 10:00." in page.text
        assert (payer.offers, len(gateway.charges)) == ({}, before)

    async def test_is_told_where_the_merchant_took_the_bill_back(self, owing):
        owed = await owing.after(SimulatedCard.INSUFFICIENT_FUNDS)
        await owed.acts("void")
        payer = owed.payer()
        assert "<h1>Nothing to pay</h1>" in (await payer.opens()).text
        assert payer.offers == {}

    async def test_is_told_where_the_subscription_has_ended(self, owing, api):
        owed = await owing.after(SimulatedCard.INSUFFICIENT_FUNDS)
        await owed.acts("mark-uncollectible")
        assert (await api.post(f"/v1/subscriptions/{owed.subscription['id']}/cancel")).is_success
        payer = owed.payer()
        assert "<h1>This subscription has ended</h1>" in (await payer.opens()).text
        assert payer.offers == {}

    async def test_can_still_be_paid_where_it_was_only_given_up(self, owing, api):
        owed = await owing.after(SimulatedCard.INSUFFICIENT_FUNDS)
        await owed.acts("mark-uncollectible")
        payer = owed.payer()
        await payer.opens()
        assert set(payer.offers) == {SAVED, "Pay ₦5,000.00 with this card"}
        page = await payer.presses("Pay ₦5,000.00 with this card", number="4242424242424242", expiry="12/30", cvc="123")
        assert "<h1>This is paid</h1>" in page.text


class TestASuspendedMerchant:
    async def test_takes_nothing(self, owing, merchant, gateway):
        payer = (await owing.after(SimulatedCard.INSUFFICIENT_FUNDS)).payer()
        await payer.opens()
        form, before = payer.offers[SAVED], len(gateway.charges)
        async with merchant.contexts.open(merchant.tenant.id) as repos:
            await repos.session.execute("update core.tenants set status = 'suspended' where id = $1")
        page = await payer.opens()
        assert "<h1>Not possible at the moment</h1>" in page.text
        assert (await payer.sends(form)).status_code == 303
        assert (payer.offers, len(gateway.charges)) == ({}, before)


class TestATestClock:
    @pytest.fixture
    async def clocked(self, owing, api):
        """Let what is owed be owed by a customer on a test clock, which stands some years from now."""
        made = await api.made("/v1/test-clocks", {"now": "2030-05-31T12:00:00Z"})
        customer = await api.customer(testClockId=made["id"])
        return made, await owing.after(SimulatedCard.INSUFFICIENT_FUNDS, customer=customer)

    async def test_says_until_when_a_link_is_good(self, clocked):
        _, owed = clocked
        payer = owed.payer(days=365 * 5)
        assert (await payer.opens()).status_code == 200
        assert (await owed.payer(days=365).opens()).status_code == 404

    async def test_lets_nobody_pay_while_it_is_moved(self, clocked, merchant, gateway):
        _, owed = clocked
        payer = owed.payer(days=365 * 5)
        await payer.opens()
        form, before = payer.offers[SAVED], len(gateway.charges)
        async with merchant.contexts.open(merchant.tenant.id) as repos:
            await repos.session.execute(
                "update test.test_clocks set target = now + interval '1 day' where tenant_id = $1"
            )
        page = await payer.opens()
        assert (page.status_code, "One moment" in page.text) == (409, True)
        assert (await payer.sends(form)).status_code == 409
        assert len(gateway.charges) == before
