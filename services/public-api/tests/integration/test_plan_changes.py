import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from whenever import TimeDelta

from duro.kernel import Mode
from duro.public_api.composition import Composition
from duro.testkit.merchant_client import MerchantClient
from duro.testkit.stepping_clock import SteppingClock

Json = dict[str, Any]
HALF_A_MONTH = TimeDelta(hours=15 * 24)
HALF_OFF = {"code": "HALF", "percentOff": 50, "duration": "once"}


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def of_kind(api: MerchantClient, subscription: Json, kind: str) -> list[Json]:
    page = await api.read("/v1/invoices", subscriptionId=subscription["id"])
    return [invoice for invoice in page["items"] if invoice["kind"] == kind]


class Killed:
    """Stands in for what works between two transactions: it does some of it, then its process is gone."""

    def __init__(self, healthy, *dying: str, afterwards: bool = False) -> None:
        self._healthy = healthy
        self._dying = dying
        self._afterwards = afterwards

    def on(self, clock: object) -> "Killed":
        return Killed(self._healthy.on(clock), *self._dying, afterwards=self._afterwards)

    def __getattr__(self, name: str) -> Callable[..., object]:
        act = getattr(self._healthy, name)
        if name not in self._dying:
            return act

        async def die(*arguments: object, **named: object) -> None:
            if self._afterwards:
                await act(*arguments, **named)
            raise asyncio.CancelledError

        return die


@pytest.fixture
def changes(composition: Composition):
    return composition.merchants[Mode.TEST].subscription_changes


class TestAChangeUnderAKey:
    async def test_answers_every_repeat_with_the_same_bytes_and_one_invoice(self, api: MerchantClient, gateway):
        subscription, yearly = await api.subscription(), await api.plan(interval="year", amount=5_000_000)
        path, body = f"/v1/subscriptions/{subscription['id']}/change-plan", {"planId": yearly["id"]}
        first = await api.post(path, body, key="k")
        again = await asyncio.gather(*(api.post(path, body, key="k") for _ in range(5)))
        assert {answer.content for answer in again} == {first.content}
        assert len(await of_kind(api, subscription, "plan_change")) == 1
        assert len(gateway.charges) == 2

    @pytest.mark.parametrize(("afterwards", "status", "charges"), [(False, "open", 1), (True, "paid", 2)])
    async def test_goes_on_where_a_killed_request_stopped(
        self,
        api: MerchantClient,
        gateway,
        changes,
        clock: SteppingClock,
        *,
        afterwards: bool,
        status: str,
        charges: int,
    ):
        subscription, yearly = await api.subscription(), await api.plan(interval="year", amount=5_000_000)
        path, body = f"/v1/subscriptions/{subscription['id']}/change-plan", {"planId": yearly["id"]}
        act = changes.change_plan
        act._collection = Killed(act._collection, "finish", afterwards=afterwards)
        assert (await api.post(path, body, key="k")).status_code == 500
        assert code(await api.post(path, body, key="k")) == (409, "idempotency_in_progress")
        clock.advance(TimeDelta(seconds=60))
        again = await api.post(path, body, key="k")
        (invoice,) = await of_kind(api, subscription, "plan_change")
        assert again.json()["invoice"] == invoice
        assert (invoice["status"], len(gateway.charges)) == (status, charges)
        assert (await api.post(path, body, key="k")).content == again.content


class TestChangesAtOnce:
    async def test_begin_one_new_period_and_take_money_once(self, api: MerchantClient, gateway):
        subscription, yearly = await api.subscription(), await api.plan(interval="year", amount=5_000_000)
        path, body = f"/v1/subscriptions/{subscription['id']}/change-plan", {"planId": yearly["id"]}
        answers = await asyncio.gather(*(api.post(path, body) for _ in range(8)))
        refused = {code(answer) for answer in answers if answer.status_code != 200}
        assert refused <= {(409, "payment_in_progress")}
        assert len(await of_kind(api, subscription, "plan_change")) == 1
        assert len(gateway.charges) == 2


class TestAResumption:
    @pytest.mark.parametrize("afterwards", [False, True])
    async def test_goes_on_where_a_killed_request_stopped(
        self, api: MerchantClient, gateway, changes, clock: SteppingClock, *, afterwards: bool
    ):
        subscription = await api.subscription()
        path = f"/v1/subscriptions/{subscription['id']}"
        await api.post(f"{path}/pause")
        clock.advance(HALF_A_MONTH * 3)
        act = changes.resume
        act._billing = Killed(act._billing, "renew", afterwards=afterwards)
        assert (await api.post(f"{path}/resume", key="k")).status_code == 500
        act._billing = act._billing._healthy
        clock.advance(TimeDelta(seconds=60))
        again = await api.post(f"{path}/resume", key="k")
        assert (again.status_code, again.json()["status"], again.json()["cyclesCompleted"]) == (200, "active", 2)
        assert len(gateway.charges) == 2
        assert (await api.event_types(subscription["id"])).count("subscription_resumed") == 1
        assert (await api.post(f"{path}/resume", key="k")).content == again.content


class TestTheTimeLeftOfAPeriod:
    @pytest.fixture
    async def discounted(self, api: MerchantClient):
        async def start(**promo: object) -> Json:
            await api.made("/v1/promo-codes", {**HALF_OFF, **promo})
            return await api.made("/v1/subscriptions", {**await api.order(), "promoCode": "HALF"})

        return start

    @staticmethod
    async def previewed(api: MerchantClient, subscription: Json) -> tuple[int, int]:
        gold = await api.plan(amount=1_000_000)
        answer = await api.post(f"/v1/subscriptions/{subscription['id']}/preview", {"planId": gold["id"]})
        assert answer.is_success, answer.text
        return answer.json()["credit"], answer.json()["charge"]

    async def test_is_worth_what_was_paid_for_it(self, api: MerchantClient, discounted, clock: SteppingClock):
        subscription = await discounted()
        credit, charge = await self.previewed(api, subscription)
        assert (credit, charge) == (250_000, 500_000)
        clock.advance(HALF_A_MONTH)
        assert await self.previewed(api, subscription) == (125_000, 250_000)

    async def test_costs_the_full_price_on_a_plan_that_the_code_was_not_for(
        self, api: MerchantClient, clock: SteppingClock
    ):
        order = await api.order()
        await api.made("/v1/promo-codes", {**HALF_OFF, "planIds": [order["planId"]]})
        subscription = await api.made("/v1/subscriptions", {**order, "promoCode": "HALF"})
        clock.advance(HALF_A_MONTH)
        assert await self.previewed(api, subscription) == (125_000, 500_000)

    async def test_is_worth_nothing_once_its_money_went_back(self, api: MerchantClient):
        subscription = await api.subscription()
        (invoice,) = (await api.read("/v1/invoices", subscriptionId=subscription["id"]))["items"]
        half = await api.post(f"/v1/invoices/{invoice['id']}/refund", {"amount": 250_000})
        assert half.is_success, half.text
        assert (await self.previewed(api, subscription))[0] == 500_000
        await api.post(f"/v1/invoices/{invoice['id']}/refund", {"amount": 250_000})
        assert await self.previewed(api, subscription) == (0, 0)

    async def test_gives_back_no_more_than_what_a_refund_has_left_of_it(self, api: MerchantClient):
        subscription = await api.subscription()
        (invoice,) = (await api.read("/v1/invoices", subscriptionId=subscription["id"]))["items"]
        await api.post(f"/v1/invoices/{invoice['id']}/refund", {"amount": 400_000})
        path = f"/v1/subscriptions/{subscription['id']}/preview"
        said = []
        for plan in ({"amount": 450_000}, {"amount": 200_000}, {"interval": "year", "amount": 5_000_000}):
            previewed = (await api.post(path, {"planId": (await api.plan(**plan))["id"]})).json()
            said.append((previewed["credit"], previewed["charge"]))
        assert said == [(500_000, 450_000), (300_000, 200_000), (100_000, 5_000_000)]

    async def test_ends_with_the_promotion_that_a_new_period_takes(self, api: MerchantClient):
        subscription = await api.subscription()
        path = f"/v1/subscriptions/{subscription['id']}"
        await api.made("/v1/promo-codes", HALF_OFF)
        redeemed = await api.http.post(f"{path}/promo-code", json={"promoCode": "HALF"})
        assert redeemed.is_success, redeemed.text
        yearly = await api.plan(interval="year", amount=5_000_000)
        changed = (await api.post(f"{path}/change-plan", {"planId": yearly["id"]})).json()
        assert (changed["invoice"]["discount"], changed["invoice"]["amount"]) == (2_500_000, 2_000_000)
        assert changed["subscription"]["promotion"]["cyclesLeft"] == 0


class TestAStart:
    async def test_may_end_sooner_than_its_plan(self, api: MerchantClient):
        started = await api.made("/v1/subscriptions", {**await api.order(), "maxCycles": 1})
        assert (started["status"], started["terms"]["maxCycles"]) == ("expired", 1)
        assert started["accessEndsAt"] == started["currentPeriodEnd"]

    async def test_has_no_billing_day_by_the_week(self, api: MerchantClient):
        answer = await api.post("/v1/subscriptions", {**await api.order(interval="week"), "billingDay": 3})
        assert (answer.status_code, answer.json()["error"]["details"][0]["path"]) == (422, "billingDay")


class TestALastPeriodBegunAnew:
    async def test_keeps_the_credit_that_waited_for_a_renewal(self, api: MerchantClient, clock: SteppingClock):
        subscription = await api.subscription()
        path = f"/v1/subscriptions/{subscription['id']}"
        clock.advance(HALF_A_MONTH)
        mini = await api.plan(amount=100_000)
        await api.post(f"{path}/change-plan", {"planId": mini["id"]})
        last = await api.plan(interval="year", amount=5_000_000, maxCycles=2)
        changed = (await api.post(f"{path}/change-plan", {"planId": last["id"]})).json()["subscription"]
        waited = 500_000 - 100_000
        assert (changed["status"], 0 < changed["balance"] < waited) == ("expired", True)
