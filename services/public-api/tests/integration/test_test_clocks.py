"""Test clocks over HTTP: who may have one, what lives by it, and what an advance answers."""

import httpx
import pytest
from whenever import Instant

from duro.kernel import Mode
from duro.testkit.merchant_client import MerchantClient

NOON = "2030-05-31T12:00:00Z"
YEAR = "2031-05-31T12:00:00Z"


@pytest.fixture
def clocked(api: MerchantClient):
    """Start a subscription of a customer on a new test clock that stands at noon."""

    async def start(*, now: str = NOON, number: str = "4242424242424242", **order: object):
        clock = await api.made("/v1/test-clocks", {"name": "A year", "now": now})
        customer = await api.customer(testClockId=clock["id"])
        card = {**api.CARD, "number": number, "expYear": 2060}
        method = await api.made(f"/v1/customers/{customer['id']}/payment-methods", {"card": card})
        plan = await api.plan()
        body = {"customerId": customer["id"], "planId": plan["id"], "paymentMethodId": method["id"], **order}
        return clock, await api.made("/v1/subscriptions", body)

    return start


async def advanced(api: MerchantClient, clock, to: str):
    answer = await api.post(f"/v1/test-clocks/{clock['id']}/advance", {"to": to})
    assert answer.status_code == 200, answer.text
    return answer.json()


class TestATestClock:
    async def test_stands_where_it_was_set(self, api: MerchantClient):
        made = await api.made("/v1/test-clocks", {"name": "A year", "now": NOON})
        assert (made["name"], made["now"], made["status"], made["target"]) == ("A year", NOON, "ready", None)
        assert await api.read(f"/v1/test-clocks/{made['id']}") == made
        assert (await api.read("/v1/test-clocks"))["items"] == [made]

    async def test_stands_at_the_real_time_if_nobody_says_otherwise(self, api: MerchantClient, clock):
        made = await api.made("/v1/test-clocks", {})
        assert Instant.parse_iso(made["now"]) == clock.now()

    async def test_lets_a_year_pass_for_a_subscription(self, api: MerchantClient, clocked, clock):
        test_clock, subscription = await clocked()
        assert (subscription["status"], subscription["testClockId"]) == ("active", test_clock["id"])
        assert (subscription["createdAt"], subscription["currentPeriodEnd"]) == (NOON, "2030-06-30T12:00:00Z")
        done = await advanced(api, test_clock, YEAR)
        assert (done["status"], done["now"], done["target"]) == ("ready", YEAR, None)
        after = await api.read(f"/v1/subscriptions/{subscription['id']}")
        assert (after["cyclesCompleted"], after["currentPeriodEnd"]) == (13, "2031-06-30T12:00:00Z")
        invoices = (await api.read("/v1/invoices", subscriptionId=subscription["id"]))["items"]
        assert [invoice["paidAt"] for invoice in invoices] == [invoice["periodStart"] for invoice in invoices]
        events = (await api.read("/v1/events", subscriptionId=subscription["id"], limit=100))["items"]
        assert {event["createdAt"] for event in events} == {invoice["periodStart"] for invoice in invoices}
        assert done["createdAt"] == test_clock["createdAt"] == clock.now().format_iso()

    async def test_dates_whatever_is_done_for_its_customers(self, api: MerchantClient, clocked):
        test_clock, subscription = await clocked()
        await advanced(api, test_clock, "2030-06-15T00:00:00Z")
        customer = await api.http.patch(f"/v1/customers/{subscription['customerId']}", json={"name": "Ada"})
        assert customer.json()["updatedAt"] == "2030-06-15T00:00:00Z"
        ended = (await api.post(f"/v1/subscriptions/{subscription['id']}/cancel", {})).json()
        assert ended["canceledAt"] == "2030-06-15T00:00:00Z"
        events = (await api.read("/v1/events", subscriptionId=subscription["id"], limit=1))["items"]
        assert events[0]["createdAt"] == "2030-06-15T00:00:00Z"

    async def test_goes_forward_only(self, api: MerchantClient, clocked):
        test_clock, _ = await clocked()
        answer = await api.post(f"/v1/test-clocks/{test_clock['id']}/advance", {"to": "2030-05-31T11:59:59Z"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "test_clock_behind")
        assert (await advanced(api, test_clock, NOON))["now"] == NOON

    async def test_is_the_customers_from_the_start_alone(self, api: MerchantClient):
        test_clock = await api.made("/v1/test-clocks", {})
        customer = await api.customer()
        answer = await api.http.patch(f"/v1/customers/{customer['id']}", json={"testClockId": test_clock["id"]})
        assert answer.status_code == 422
        assert customer["testClockId"] is None

    async def test_finds_its_customers(self, api: MerchantClient):
        test_clock = await api.made("/v1/test-clocks", {})
        await api.customer()
        customer = await api.customer(testClockId=test_clock["id"])
        assert (await api.read("/v1/customers", testClockId=test_clock["id"]))["items"] == [customer]


class TestAnAdvance:
    async def test_is_gone_on_with_by_the_same_call_until_it_arrives(self, api: MerchantClient, clocked):
        test_clock, subscription = await clocked()
        plan = await api.plan(interval="hour")
        order = {key: subscription[key] for key in ("customerId", "paymentMethodId")}
        hourly = await api.made("/v1/subscriptions", {**order, "planId": plan["id"]})
        to = "2030-06-25T12:00:00Z"
        first = await advanced(api, test_clock, to)
        assert (first["status"], first["target"], first["now"]) == ("advancing", to, "2030-06-21T08:00:00Z")

        for path, body in (
            ("/v1/customers", {"email": "eve@example.com", "testClockId": test_clock["id"]}),
            (f"/v1/customers/{subscription['customerId']}/payment-methods", {"card": api.CARD}),
            (f"/v1/payment-methods/{subscription['paymentMethodId']}/detach", None),
            ("/v1/subscriptions", {**order, "planId": plan["id"]}),
            (f"/v1/subscriptions/{subscription['id']}/cancel", {}),
            (f"/v1/test-clocks/{test_clock['id']}/advance", {"to": YEAR}),
        ):
            answer = await api.post(path, body)
            assert (answer.status_code, answer.json()["error"]["code"]) == (409, "test_clock_advancing"), path
        for path, body in (
            (f"/v1/customers/{subscription['customerId']}", {"name": "Ada"}),
            (f"/v1/subscriptions/{subscription['id']}", {"cancelAtPeriodEnd": True}),
            (f"/v1/subscriptions/{subscription['id']}", {"cancelAtPeriodEnd": False}),
        ):
            answer = await api.http.patch(path, json=body)
            assert (answer.status_code, answer.json()["error"]["code"]) == (409, "test_clock_advancing"), path

        second = await advanced(api, test_clock, to)
        assert (second["status"], second["target"], second["now"]) == ("ready", None, to)
        assert (await api.read(f"/v1/subscriptions/{hourly['id']}"))["cyclesCompleted"] == 1 + 25 * 24

    async def test_leaves_other_customers_in_real_time(self, api: MerchantClient, clocked):
        test_clock, _ = await clocked()
        real = await api.subscription()
        await advanced(api, test_clock, YEAR)
        assert await api.read(f"/v1/subscriptions/{real['id']}") == real

    async def test_under_one_key_answers_the_same_again(self, api: MerchantClient, clocked):
        test_clock, subscription = await clocked()
        path = f"/v1/test-clocks/{test_clock['id']}/advance"
        first = await api.post(path, {"to": YEAR}, key="a-year")
        again = await api.post(path, {"to": YEAR}, key="a-year")
        assert (first.content, again.headers["Idempotent-Replayed"]) == (again.content, "true")
        assert (await api.read(f"/v1/subscriptions/{subscription['id']}"))["cyclesCompleted"] == 13


class TestLiveMode:
    async def test_has_no_test_clocks(self, server, merchant, api: MerchantClient):
        test_clock = await api.made("/v1/test-clocks", {})
        headers = {"Authorization": f"Bearer {merchant.in_mode(Mode.LIVE).secret.text}"}
        async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=30) as http:
            path = f"/v1/test-clocks/{test_clock['id']}"
            for answer in (
                await http.post("/v1/test-clocks", json={}),
                await http.get("/v1/test-clocks"),
                await http.get(path),
                await http.post(f"{path}/advance", json={"to": YEAR}),
                await http.post("/v1/customers", json={"email": "a@example.com", "testClockId": test_clock["id"]}),
            ):
                assert (answer.status_code, answer.json()["error"]["code"]) == (404, "test_mode_only")
            assert (await http.get("/v1/customers")).json()["items"] == []
