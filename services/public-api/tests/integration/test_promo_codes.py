import asyncio

import httpx
from whenever import TimeDelta

from duro.kernel import PromoCodeId
from duro.payments import SimulatedCard
from duro.public_api.promo_codes.examples import PromoCodeExamples
from duro.testkit.deadline import Deadline
from duro.testkit.merchant_client import MerchantClient
from duro.testkit.stage import Stage
from duro.testkit.stepping_clock import SteppingClock

HALF = {"code": "HALF", "percentOff": 50, "duration": "forever"}
FAULTY: list[tuple[dict[str, object], list[str]]] = [
    ({"percentOff": 0}, ["percentOff"]),
    ({"percentOff": 100.01}, ["percentOff"]),
    ({"percentOff": 33.333}, ["percentOff"]),
    ({"percentOff": "50"}, ["percentOff"]),
    ({"percentOff": True}, ["percentOff"]),
    ({"percentOff": None}, ["amountOff"]),
    ({"amountOff": 1, "currency": "NGN"}, ["amountOff"]),
    ({"percentOff": None, "amountOff": 1}, ["currency"]),
    ({"percentOff": None, "amountOff": 0, "currency": "NGN"}, ["amountOff"]),
    ({"currency": "NGN"}, ["currency"]),
    ({"duration": "always"}, ["duration"]),
    ({"duration": "repeating"}, ["durationCycles"]),
    ({"duration": "repeating", "durationCycles": 0}, ["durationCycles"]),
    ({"durationCycles": 2}, ["durationCycles"]),
    ({"code": "two words"}, ["code"]),
    ({"code": ""}, ["code"]),
    ({"code": "x" * 51}, ["code"]),
    ({"planIds": []}, ["planIds"]),
    ({"maxRedemptions": 0}, ["maxRedemptions"]),
    ({"expiresAt": "2026-03-31T09:00:00Z"}, ["expiresAt"]),
    (
        {"code": "", "percentOff": None, "currency": "NGN", "durationCycles": 1, "maxRedemptions": 0},
        ["amountOff", "code", "durationCycles", "maxRedemptions"],
    ),
    (
        {"percentOff": 101, "duration": "repeating", "planIds": ["plan_x"], "expiresAt": "soon", "more": 1},
        ["durationCycles", "expiresAt", "more", "percentOff", "planIds.0"],
    ),
]
"""What is changed about a promo code, and everything that is found wrong with it then."""


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def faults(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 422, answer.text
    return sorted(detail["path"] for detail in answer.json()["error"]["details"])


async def promo(api: MerchantClient, **changes: object) -> dict[str, object]:
    return await api.made("/v1/promo-codes", {**HALF, **changes})


async def redemptions(api: MerchantClient, promo_code: dict[str, object]) -> int:
    return (await api.read(f"/v1/promo-codes/{promo_code['id']}"))["redemptions"]


async def invoice_of(api: MerchantClient, subscription: dict[str, object]) -> dict[str, object]:
    (invoice,) = (await api.read("/v1/invoices", subscriptionId=subscription["id"]))["items"]
    return invoice


class TestAPromoCode:
    async def test_is_made_as_the_document_shows_it(self, either: MerchantClient):
        made = await either.made("/v1/promo-codes", PromoCodeExamples.BODY)
        varying = {"id", "createdAt", "updatedAt"}
        shown = {name: value for name, value in PromoCodeExamples.VIEW.items() if name not in varying}
        assert {name: value for name, value in made.items() if name not in varying} == shown
        assert str(PromoCodeId.parse(made["id"])) == made["id"]
        assert await either.read(f"/v1/promo-codes/{made['id']}") == made
        assert (await either.read("/v1/promo-codes"))["items"] == [made]

    async def test_is_stored_in_capitals_and_found_however_it_is_written(self, api: MerchantClient):
        made = await promo(api, code="Harmattan-25_b")
        assert made["code"] == "HARMATTAN-25_B"
        assert await api.read("/v1/promo-codes/code/harmattan-25_B") == made

    async def test_keeps_a_percentage_to_two_decimals(self, api: MerchantClient):
        for number, percent in enumerate((33.33, 0.01, 12.5, 99.99, 100, 1)):
            assert (await promo(api, code=f"P{number}", percentOff=percent))["percentOff"] == percent

    async def test_takes_off_an_amount_in_one_currency(self, api: MerchantClient):
        body = {"code": "LESS", "amountOff": 150_000, "currency": "NGN", "duration": "once"}
        made = await api.made("/v1/promo-codes", body)
        assert (made["percentOff"], made["amountOff"], made["currency"]) == (None, 150_000, "NGN")
        assert (made["duration"], made["durationCycles"]) == ("once", None)

    async def test_has_a_code_that_no_other_has_until_it_is_archived(self, api: MerchantClient):
        first = await promo(api)
        assert code(await api.post("/v1/promo-codes", {**HALF, "code": "half"})) == (409, "promo_code_taken")
        archived = await api.post(f"/v1/promo-codes/{first['id']}/archive")
        assert (archived.status_code, archived.json()["archived"]) == (200, True)
        again = await api.post(f"/v1/promo-codes/{first['id']}/archive")
        assert again.json() == archived.json()
        assert code(await api.http.get("/v1/promo-codes/code/HALF")) == (404, "not_found")
        second = await promo(api)
        assert (await api.read("/v1/promo-codes/code/HALF"))["id"] == second["id"]
        assert [one["id"] for one in (await api.read("/v1/promo-codes", archived="true"))["items"]] == [first["id"]]
        assert [one["id"] for one in (await api.read("/v1/promo-codes", archived="false"))["items"]] == [second["id"]]

    async def test_may_have_the_code_of_another_merchants(self, api: MerchantClient, stage: Stage):
        await promo(api)
        headers = {"Authorization": f"Bearer {(await stage.merchant()).secret.text}"}
        assert (await api.http.post("/v1/promo-codes", json=HALF, headers=headers)).status_code == 201
        assert len((await api.read("/v1/promo-codes"))["items"]) == 1

    async def test_is_refused_with_every_fault_at_once(self, api: MerchantClient):
        for changes, paths in FAULTY:
            assert faults(await api.post("/v1/promo-codes", {**HALF, **changes})) == paths, changes
        assert (await api.read("/v1/promo-codes"))["items"] == []

    async def test_is_for_plans_that_exist_and_charge_its_currency(self, api: MerchantClient):
        naira, dollars = await api.plan(), await api.plan(currency="USD")
        unknown = "plan_01jxk8m3s4e5f6g7h8j9k0m1n2"
        assert code(await api.post("/v1/promo-codes", {**HALF, "planIds": [naira["id"], unknown]})) == (
            404,
            "not_found",
        )
        less = {"code": "LESS", "amountOff": 1, "currency": "NGN", "duration": "once"}
        refused = await api.post("/v1/promo-codes", {**less, "planIds": [naira["id"], dollars["id"]]})
        assert code(refused) == (409, "currency_mismatch")
        made = await promo(api, planIds=[naira["id"], dollars["id"], naira["id"]])
        assert made["planIds"] == [naira["id"], dollars["id"]]


class TestRedeemingAtTheStart:
    async def test_takes_it_off_the_first_invoice_and_shows_what_is_left(self, either: MerchantClient):
        made = await promo(either, duration="repeating", durationCycles=3)
        begun = await either.post("/v1/subscriptions", {**await either.order(), "promoCode": "half"})
        assert begun.status_code == 201, begun.text
        subscription = begun.json()
        assert subscription["promotion"] == {
            "promoCodeId": made["id"],
            "code": "HALF",
            "percentOff": 50,
            "amountOff": None,
            "currency": None,
            "duration": "repeating",
            "cyclesLeft": 2,
            "planIds": None,
        }
        invoice = await invoice_of(either, subscription)
        assert (invoice["subtotal"], invoice["discount"], invoice["amount"]) == (500_000, 250_000, 250_000)
        assert (invoice["promoCodeId"], invoice["status"]) == (made["id"], "paid")
        assert await redemptions(either, made) == 1

    async def test_with_a_price_below_it_pays_with_nothing_and_charges_no_card(self, api: MerchantClient, gateway):
        await api.made("/v1/promo-codes", {"code": "FREE", "amountOff": 900_000, "currency": "NGN", "duration": "once"})
        subscription = await api.made("/v1/subscriptions", {**await api.order(), "promoCode": "FREE"})
        invoice = await invoice_of(api, subscription)
        assert (subscription["status"], subscription["balance"], gateway.charges) == ("active", 0, [])
        assert (invoice["discount"], invoice["amount"], invoice["status"]) == (500_000, 0, "paid")
        assert subscription["promotion"]["cyclesLeft"] == 0

    async def test_is_refused_as_the_code_stands_and_starts_nothing(
        self, api: MerchantClient, clock: SteppingClock, gateway
    ):
        order = await api.order()
        other = await api.plan()
        cases = {
            "NONE": (404, "not_found"),
            "GONE": (404, "not_found"),
            "SPENT": (409, "promo_code_exhausted"),
            "ELSE": (409, "promo_code_not_for_plan"),
            "DOLLARS": (409, "currency_mismatch"),
        }
        gone = await promo(api, code="GONE")
        await api.post(f"/v1/promo-codes/{gone['id']}/archive")
        spent = await promo(api, code="SPENT", maxRedemptions=1)
        await api.made("/v1/subscriptions", {**order, "promoCode": "SPENT"})
        await promo(api, code="ELSE", planIds=[other["id"]])
        await promo(api, code="DOLLARS", percentOff=None, amountOff=5, currency="USD")
        for text, refusal in cases.items():
            assert code(await api.post("/v1/subscriptions", {**order, "promoCode": text})) == refusal
        assert len((await api.read("/v1/subscriptions"))["items"]) == len(gateway.charges) == 1
        assert await redemptions(api, spent) == 1

    async def test_is_refused_from_the_very_instant_it_expires(self, api: MerchantClient, clock: SteppingClock):
        order, ends = await api.order(), clock.now().add(hours=1)
        await promo(api, expiresAt=ends.format_iso())
        clock.set(ends - TimeDelta(microseconds=1))
        await api.made("/v1/subscriptions", {**order, "promoCode": "HALF"})
        clock.set(ends)
        assert code(await api.post("/v1/subscriptions", {**order, "promoCode": "HALF"})) == (409, "promo_code_expired")

    async def test_is_not_counted_when_the_start_is_refused(self, api: MerchantClient):
        made, order = await promo(api), await api.order()
        late = {**order, "promoCode": "HALF", "currentPeriodEnd": "2001-01-01T00:00:00Z"}
        assert (await api.post("/v1/subscriptions", late)).status_code == 422
        assert await redemptions(api, made) == 0

    async def test_stays_counted_when_the_first_charge_is_declined(self, api: MerchantClient):
        made = await promo(api, duration="once")
        order = await api.order(number=SimulatedCard.INSUFFICIENT_FUNDS.number)
        subscription = await api.made("/v1/subscriptions", {**order, "promoCode": "HALF"})
        assert (subscription["status"], subscription["promotion"]["cyclesLeft"]) == ("incomplete", 1)
        assert await redemptions(api, made) == 1

    async def test_is_counted_back_when_the_first_payment_never_came(self, api: MerchantClient):
        made = await promo(api, maxRedemptions=1)
        order = {**await api.order(number=SimulatedCard.INSUFFICIENT_FUNDS.number), "promoCode": "HALF"}
        subscription = await api.made("/v1/subscriptions", order)
        invoice = await invoice_of(api, subscription)
        assert code(await api.post("/v1/subscriptions", order)) == (409, "promo_code_exhausted")
        assert (await api.post(f"/v1/invoices/{invoice['id']}/void")).is_success
        assert (await api.read(f"/v1/subscriptions/{subscription['id']}"))["status"] == "incomplete_expired"
        assert await redemptions(api, made) == 0
        await api.made("/v1/subscriptions", {**await api.order(), "promoCode": "HALF"})
        assert await redemptions(api, made) == 1

    async def test_is_counted_once_under_one_key(self, api: MerchantClient):
        made, order = await promo(api), {**await api.order(), "promoCode": "HALF"}
        answers = await asyncio.gather(*(api.post("/v1/subscriptions", order, key="k") for _ in range(20)))
        assert {answer.status_code for answer in answers} <= {201, 409}
        assert await redemptions(api, made) == 1


class TestRedeemingLater:
    async def test_replaces_the_promotion_and_leaves_an_invoice_as_it_is(self, either: MerchantClient):
        first, second = await promo(either), await promo(either, code="TENTH", percentOff=10)
        subscription = await either.made("/v1/subscriptions", {**await either.order(), "promoCode": "HALF"})
        path = f"/v1/subscriptions/{subscription['id']}/promo-code"
        answer = await either.post(path, {"promoCode": "tenth"})
        assert (answer.status_code, answer.json()["promotion"]["code"]) == (200, "TENTH")
        assert await either.read(f"/v1/subscriptions/{subscription['id']}") == answer.json()
        assert (await invoice_of(either, subscription))["promoCodeId"] == first["id"]
        assert (await redemptions(either, first), await redemptions(either, second)) == (1, 1)
        assert (await either.event_types(subscription["id"]))[-1] == "subscription_updated"

    async def test_is_taken_back_by_delete_and_stays_counted(self, either: MerchantClient):
        made = await promo(either)
        subscription = await either.made("/v1/subscriptions", {**await either.order(), "promoCode": "HALF"})
        path = f"/v1/subscriptions/{subscription['id']}/promo-code"
        told = len(await either.event_types(subscription["id"]))
        for _ in range(2):
            answer = await either.http.delete(path)
            assert (answer.status_code, answer.json()["promotion"]) == (200, None)
        assert len(await either.event_types(subscription["id"])) == told + 1
        assert await redemptions(either, made) == 1
        assert (await either.post(path, {"promoCode": "HALF"})).json()["promotion"]["code"] == "HALF"
        assert await redemptions(either, made) == 2

    async def test_is_refused_while_it_is_there_already(self, api: MerchantClient):
        made = await promo(api)
        subscription = await api.made("/v1/subscriptions", {**await api.order(), "promoCode": "HALF"})
        path = f"/v1/subscriptions/{subscription['id']}/promo-code"
        assert code(await api.post(path, {"promoCode": "HALF"})) == (409, "promo_code_already_redeemed")
        assert await redemptions(api, made) == 1

    async def test_is_refused_while_a_charge_is_pending(self, api: MerchantClient, gateway):
        made, order = await promo(api), await api.order()
        gateway.door.clear()
        starting = asyncio.create_task(api.post("/v1/subscriptions", order))
        await Deadline(10).until(lambda: gateway.charges, "the charge to be at the door")
        (waiting,) = (await api.read("/v1/subscriptions"))["items"]
        path = f"/v1/subscriptions/{waiting['id']}/promo-code"
        assert code(await api.post(path, {"promoCode": "HALF"})) == (409, "payment_in_progress")
        assert code(await api.http.delete(path)) == (409, "payment_in_progress")
        gateway.door.set()
        await starting
        assert await redemptions(api, made) == 0
        assert (await api.post(path, {"promoCode": "HALF"})).status_code == 200

    async def test_is_refused_once_the_subscription_ended(self, api: MerchantClient):
        made, subscription = await promo(api), await api.subscription()
        await api.post(f"/v1/subscriptions/{subscription['id']}/cancel")
        path = f"/v1/subscriptions/{subscription['id']}/promo-code"
        assert code(await api.post(path, {"promoCode": "HALF"})) == (409, "illegal_transition")
        assert code(await api.http.delete(path)) == (409, "illegal_transition")
        assert await redemptions(api, made) == 0

    async def test_is_refused_for_another_plan_or_currency(self, api: MerchantClient):
        subscription, other = await api.subscription(), await api.plan()
        path = f"/v1/subscriptions/{subscription['id']}/promo-code"
        await promo(api, planIds=[other["id"]])
        await promo(api, code="DOLLARS", percentOff=None, amountOff=5, currency="USD")
        assert code(await api.post(path, {"promoCode": "HALF"})) == (409, "promo_code_not_for_plan")
        assert code(await api.post(path, {"promoCode": "DOLLARS"})) == (409, "currency_mismatch")
        assert code(await api.post(path, {"promoCode": "NONE"})) == (404, "not_found")
        assert faults(await api.post(path, {"promoCode": "no such"})) == ["promoCode"]


class TestTwoHundredAtOnce:
    async def test_redeem_a_code_for_fifty_fifty_times(self, api: MerchantClient, gateway):
        """Half of them start, half have it redeemed for a subscription that runs."""
        made = await promo(api, maxRedemptions=50)
        order = await api.order()
        until = {**order, "currentPeriodEnd": "2026-05-01T00:00:00Z"}
        running = await asyncio.gather(*(api.made("/v1/subscriptions", until) for _ in range(100)))
        answers = await asyncio.gather(
            *(api.post("/v1/subscriptions", {**until, "promoCode": "HALF"}) for _ in range(100)),
            *(api.post(f"/v1/subscriptions/{one['id']}/promo-code", {"promoCode": "HALF"}) for one in running),
        )
        redeemed = [answer.json() for answer in answers if answer.is_success]
        assert len(redeemed) == 50
        assert all(one["promotion"]["promoCodeId"] == made["id"] for one in redeemed)
        refused = [code(answer) for answer in answers if not answer.is_success]
        assert refused == [(409, "promo_code_exhausted")] * 150
        assert await redemptions(api, made) == 50
        holders = await self._holders(api)
        assert holders == {one["id"] for one in redeemed}

    async def _holders(self, api: MerchantClient) -> set[str]:
        found, page = set[str](), await api.read("/v1/subscriptions", limit=100)
        while True:
            found |= {one["id"] for one in page["items"] if one["promotion"] is not None}
            if page["nextCursor"] is None:
                return found
            page = await api.read("/v1/subscriptions", limit=100, cursor=page["nextCursor"])
