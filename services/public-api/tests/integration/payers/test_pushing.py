"""Money that payers push because they want to: the page opens the request, shows what to do, and says when it came."""

import asyncio
from unittest.mock import AsyncMock

import pytest
from whenever import TimeDelta

from duro.billing.recovery import Rail
from duro.kernel import Currency, Mode, Money, PaymentRequestId
from duro.merchant_api.payer_links import RailRefusedError
from duro.merchant_api.receipts import DerivedIdFactory
from duro.payments import Declined, Refused, SimulatedCard, SimulatedPaymentRequests, Unknown
from duro.payments.simulated import PayerOrder

USSD, TRANSFER = "Pay by USSD", "Pay by bank transfer"
ACCOUNT = "Pay by transfer to an account number of your own"
LOOK = TimeDelta(minutes=11)


class Forgetful:
    """A receipt of a process that always dies before it signs: the same ids, and nothing remembered."""

    def __init__(self, at) -> None:
        self._at = at

    async def claim(self, repos, ids):
        _ = repos, ids
        return DerivedIdFactory(seed=b"the same form", at=self._at)

    async def sign(self, repos, result) -> None: ...


@pytest.fixture
def comes(provider, requests, clock, merchant):
    """Let the payer push so much for the request that is open, and let it be looked at."""

    async def come(owed, amount: int) -> None:
        (request,) = [one for one in (await owed.shown())["paymentRequests"] if one["status"] == "open"]
        request_id = PaymentRequestId.parse(request["id"])
        await provider.pushes.pay(PayerOrder(request_id.suffix, None, Money(amount, Currency("NGN"))))
        clock.advance(LOOK)
        await requests.process(merchant.tenant.id, request_id)

    return come


class TestARail:
    async def test_is_offered_where_the_merchant_wants_it_and_the_payer_can_use_it(self, owing, api):
        owed = await owing.after(SimulatedCard.INSUFFICIENT_FUNDS)
        payer = owed.payer()
        await payer.opens()
        assert {USSD, TRANSFER, ACCOUNT} & set(payer.offers) == {TRANSFER, ACCOUNT}
        await owed.has_phone()
        await payer.opens()
        assert {USSD, TRANSFER, ACCOUNT} <= set(payer.offers)
        assert (await api.http.patch("/v1/settings/recovery", json={"rails": ["ussd"]})).is_success
        await payer.opens()
        assert {USSD, TRANSFER, ACCOUNT} & set(payer.offers) == {USSD}

    async def test_shows_what_to_dial_and_says_when_the_money_came_in_part_and_whole(self, owing, comes):
        owed = await owing.after(SimulatedCard.INSUFFICIENT_FUNDS)
        await owed.has_phone()
        payer = owed.payer()
        await payer.opens()
        page = await payer.presses(USSD)
        (request,) = (await owed.shown())["paymentRequests"]
        assert f'<p class="code">{request["instructions"]["code"]}</p>' in page.text
        assert "We are waiting for your money." in payer.sees
        assert USSD not in payer.offers
        await comes(owed, 200_000)
        await payer.opens()
        assert "₦2,000.00 has arrived, thank you. ₦3,000.00 is still to be paid." in payer.sees
        assert "and pay ₦3,000.00:" in payer.sees
        await comes(owed, 300_000)
        assert "<h1>This is paid</h1>" in (await payer.opens()).text
        schedule = (await owed.shown())["schedule"]
        assert schedule["state"] == "recovered"

    async def test_shows_where_to_send_the_money(self, owing):
        owed = await owing.after(SimulatedCard.INSUFFICIENT_FUNDS)
        payer = owed.payer()
        await payer.opens()
        page = await payer.presses(TRANSFER)
        (request,) = (await owed.shown())["paymentRequests"]
        how = request["instructions"]
        assert f'<dd class="code">{how["accountNumber"]}</dd>' in page.text
        assert how["bankName"] in payer.sees
        assert how["accountName"] in payer.sees

    async def test_is_asked_once_however_often_the_button_is_pressed(self, owing):
        owed = await owing.after(SimulatedCard.INSUFFICIENT_FUNDS)
        payer = owed.payer()
        await payer.opens()
        form = payer.offers[TRANSFER]
        answers = await asyncio.gather(*(payer.sends(form) for _ in range(3)))
        answers.append(await payer.sends(form | {"form": "0" * 32}))
        assert [answer.status_code for answer in answers] == [303] * 4
        assert len((await owed.shown())["paymentRequests"]) == 1

    async def test_is_waited_for_while_its_provider_says_nothing(self, owing, monkeypatch):
        monkeypatch.setattr(SimulatedPaymentRequests, "open", AsyncMock(return_value=Unknown("Nothing was answered.")))
        owed = await owing.after(SimulatedCard.INSUFFICIENT_FUNDS)
        payer = owed.payer()
        await payer.opens()
        await payer.presses(TRANSFER)
        assert "We are asking how you can pay this way." in payer.sees
        assert TRANSFER not in payer.offers
        assert [one["status"] for one in (await owed.shown())["paymentRequests"]] == ["opening"]

    async def test_that_its_provider_refuses_is_told_and_leaves_the_others(self, owing, monkeypatch, dunning):
        owed = await owing.after(SimulatedCard.INSUFFICIENT_FUNDS)
        await owed.decided(dunning)
        planned, payer = (await owed.shown())["schedule"], owed.payer()
        await payer.opens()
        with monkeypatch.context() as patched:
            patched.setattr(SimulatedPaymentRequests, "open", AsyncMock(return_value=Refused("limit", "Too much.")))
            page = await payer.presses(TRANSFER)
        assert (page.status_code, "This way to pay isn't possible for this payment." in payer.sees) == (422, True)
        assert (await owed.shown())["schedule"] == planned
        await payer.presses(ACCOUNT)
        assert "Send ₦5,000.00 to this account:" in payer.sees

    @pytest.mark.parametrize("is_refused", [True, False])
    async def test_is_found_again_by_a_process_that_does_what_another_died_over(
        self, owing, composition, clock, monkeypatch, is_refused
    ):
        opened = AsyncMock(return_value=Refused("limit", "Too much.") if is_refused else Unknown("No answer."))
        monkeypatch.setattr(SimulatedPaymentRequests, "open", opened)
        owed = await owing.after(SimulatedCard.INSUFFICIENT_FUNDS)
        act, link = composition.payers[Mode.TEST].ask, composition.settings.links.signer.opened(owed.token())
        for _ in range(2):
            try:
                await act.execute(link, Rail.TRANSFER, Forgetful(clock.now()))
            except RailRefusedError:
                assert is_refused
            else:
                assert not is_refused
        assert opened.await_count == 1
        (request,) = (await owed.shown())["paymentRequests"]
        assert request["status"] == ("refused" if is_refused else "opening")

    async def test_that_was_asked_by_plan_is_shown_and_not_asked_again(self, owing, provider, dunning):
        await provider.cards.tell(SimulatedCard.AS_TOLD.token, [Declined("43", "No.")])
        owed = await owing.after(SimulatedCard.AS_TOLD)
        await owed.decided(dunning)
        (asked,) = (await owed.shown())["paymentRequests"]
        payer = owed.payer()
        page = await payer.opens()
        assert asked["instructions"]["accountNumber"] in page.text
        assert TRANSFER not in payer.offers
        await payer.sends({"act": "transfer", "form": "0" * 32})
        assert (await owed.shown())["paymentRequests"] == [asked]

    async def test_leaves_the_plan_of_the_case_and_what_is_told_as_they_were(self, owing, dunning, clock):
        owed = await owing.after(SimulatedCard.INSUFFICIENT_FUNDS)
        await owed.decided(dunning)
        planned, told = (await owed.shown())["schedule"], await owed.told()
        payer = owed.payer()
        await payer.opens()
        await payer.presses(TRANSFER)
        clock.advance(TimeDelta(minutes=1))
        await owed.decided(dunning)
        assert ((await owed.shown())["schedule"], await owed.told()) == (planned, told)

    async def test_is_no_step_of_a_plan_that_asks_by_the_others(self, owing, provider, dunning):
        await provider.cards.tell(SimulatedCard.AS_TOLD.token, [Declined("43", "No.")])
        owed = await owing.after(SimulatedCard.AS_TOLD)
        payer = owed.payer()
        await payer.opens()
        await payer.presses(TRANSFER)
        await owed.decided(dunning)
        case = await owed.shown()
        assert [one["rail"] for one in case["paymentRequests"]] == ["transfer", "virtual_account"]
        assert (case["schedule"]["action"], case["schedule"]["rail"]) == ("switch_rail", "virtual_account")

    async def test_is_what_won_the_case_by_the_payers_own_wish(self, owing, api, comes, dunning):
        owed = await owing.after(SimulatedCard.INSUFFICIENT_FUNDS)
        await owed.decided(dunning)
        payer = owed.payer()
        await payer.opens()
        await payer.presses(TRANSFER)
        await comes(owed, 500_000)
        (won,) = (await api.read("/v1/recovery/ledger"))["items"]
        assert (won["action"], won["rail"]) == ("payer", "transfer")

    async def test_isnt_asked_by_who_holds_no_link_to_what_is_owed(self, owing):
        owed = await owing.after(SimulatedCard.INSUFFICIENT_FUNDS)
        await owed.acts("mark-uncollectible")
        payer = owed.payer()
        await payer.opens()
        assert TRANSFER not in payer.offers
        assert (await payer.sends({"act": "transfer", "form": "0" * 32})).status_code == 303
        assert (await owed.shown())["paymentRequests"] == []
