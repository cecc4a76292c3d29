"""What a payer's page names is what is charged: whatever their case had switched to, and whoever tries first."""

from dataclasses import replace

import pytest
from whenever import TimeDelta

from duro.billing.recovery import DunningAction
from duro.kernel import DunningScheduleId, PaymentMethodId
from duro.merchant_api.payer_links import ChargeForPayer
from duro.payments import SimulatedCard

SAVED = "Pay ₦5,000.00 with the card ending 0515"
PAY = "Pay ₦5,000.00 with this card"
OTHER = "Pay ₦5,000.00 with the card ending 4242"
AGAIN = "If you do nothing, we will try again on "
GOOD = {"number": "4242 4242 4242 4242", "expiry": "12/30", "cvc": "123"}


class Switching:
    """A case that goes on with another card than the subscription's own."""

    def __init__(self, owed, api, merchant) -> None:
        self._owed = owed
        self._api = api
        self._merchant = merchant

    async def to_another_card(self) -> dict[str, object]:
        """Let the case charge another saved card, whose number ends 4242, until something changes."""
        other = await self._api.card({"id": self._owed.subscription["customerId"]})
        await self.becomes(payment_method_id=PaymentMethodId.parse(other["id"]))
        return other

    async def becomes(self, **changes: object) -> None:
        """Let the case stand otherwise than it does."""
        async with self._merchant.contexts.open(self._merchant.tenant.id) as repos:
            case = await repos.dunning.lock(DunningScheduleId.parse(self._owed.case["id"]))
            await repos.dunning.update(replace(case, **changes))


@pytest.fixture
async def owed(owing):
    return await owing.after(SimulatedCard.INSUFFICIENT_FUNDS)


@pytest.fixture
def switching(owed, api, merchant):
    return Switching(owed, api, merchant)


class TestWhatAPausedCaseCharges:
    @pytest.fixture
    async def paused(self, owed, switching, api):
        """Let the case rest while it is set on another card."""
        await switching.to_another_card()
        assert (await api.post(f"/v1/recovery/schedules/{owed.case['id']}/pause")).is_success
        return owed

    async def test_is_the_card_that_its_payer_has_just_typed(self, paused, api, gateway):
        payer, before = paused.payer(), len(gateway.charges)
        await payer.opens()
        await payer.presses(PAY, **GOOD | {"number": "4000 0000 0000 0135"})
        subscription = await api.read(f"/v1/subscriptions/{paused.subscription['id']}")
        method = await api.read(f"/v1/payment-methods/{subscription['paymentMethodId']}")
        assert (method["last4"], len(gateway.charges)) == ("0135", before + 1)
        charged = [one["paymentMethodId"] for one in (await paused.shown())["transactions"]]
        assert charged.count(method["id"]) == 1

    async def test_is_the_card_that_its_merchant_has_just_set(self, paused, api):
        method = await api.card({"id": paused.subscription["customerId"]})
        answer = await api.http.patch(
            f"/v1/subscriptions/{paused.subscription['id']}", json={"paymentMethodId": method["id"]}
        )
        assert answer.is_success
        assert (await paused.shown())["schedule"]["pausedAt"] is not None
        assert (await api.post(f"/v1/recovery/schedules/{paused.case['id']}/retry-now")).is_success
        charged = [one["paymentMethodId"] for one in (await paused.shown())["transactions"]]
        assert charged.count(method["id"]) == 1


class TestWhatAPageNames:
    async def test_is_the_other_card_that_its_case_goes_on_with(self, owed, switching):
        await switching.to_another_card()
        payer = owed.payer()
        await payer.opens()
        assert "<h1>This is paid</h1>" in (await payer.presses(OTHER)).text

    async def test_is_the_subscriptions_own_once_the_case_is_given_up(self, owed, switching):
        other = await switching.to_another_card()
        await owed.acts("mark-uncollectible")
        payer = owed.payer()
        await payer.opens()
        await payer.presses(SAVED)
        charged = [one["paymentMethodId"] for one in (await owed.shown())["transactions"]]
        assert (len(charged), other["id"] in charged) == (2, False)

    @pytest.mark.parametrize("is_given_up", [False, True])
    async def test_is_not_charged_once_it_is_another(self, owed, api, gateway, is_given_up):
        if is_given_up:
            await owed.acts("mark-uncollectible")
        payer, before = owed.payer(), len(gateway.charges)
        await payer.opens()
        other = await api.card({"id": owed.subscription["customerId"]})
        path = f"/v1/subscriptions/{owed.subscription['id']}"
        assert (await api.http.patch(path, json={"paymentMethodId": other["id"]})).is_success
        page = await payer.presses(SAVED)
        assert (page.status_code, len(gateway.charges)) == (422, before)
        assert "How you pay has changed since you opened this page. Nothing was charged." in payer.sees
        assert "<h1>This is paid</h1>" in (await payer.presses(OTHER)).text


class TestANewCard:
    async def test_is_declined_once_where_the_worker_tries_it_first(self, owed, dunning, gateway, monkeypatch):
        execute = ChargeForPayer.execute

        async def behind_the_worker(self, *given, **named):
            await owed.decided(dunning)
            await execute(self, *given, **named)

        monkeypatch.setattr(ChargeForPayer, "execute", behind_the_worker)
        payer, before = owed.payer(), len(gateway.charges)
        await payer.opens()
        page = await payer.presses(PAY, **GOOD | {"number": "4000 0000 0000 0051"})
        assert (page.status_code, len(gateway.charges)) == (200, before + 1)
        assert "That payment didn't go through." in payer.sees


class TestATryToCome:
    @pytest.fixture
    async def planned(self, owed, dunning):
        await owed.decided(dunning)
        payer = owed.payer()
        await payer.opens()
        assert AGAIN in payer.sees
        return payer

    async def test_is_not_promised_while_the_case_is_paused(self, owed, planned, api):
        assert (await api.post(f"/v1/recovery/schedules/{owed.case['id']}/pause")).is_success
        await planned.opens()
        assert AGAIN not in planned.sees

    async def test_is_not_what_a_request_to_push_is(self, planned, switching, clock):
        at = clock.now() + TimeDelta(hours=30)
        await switching.becomes(action=DunningAction.SWITCH_RAIL, rail="ussd", next_attempt_at=at)
        await planned.opens()
        assert AGAIN not in planned.sees
