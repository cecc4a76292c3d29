import json

from duro.testkit.merchant_client import Json, MerchantClient

PLAN = {"name": "Gold", "amount": 500000, "currency": "NGN", "interval": "month"}
CUSTOMER = {"email": "ada@example.com"}

BAD_PLAN = [
    ("name", 7),
    ("name", ""),
    ("name", "x" * 201),
    ("name", None),
    ("name", "nul\x00"),
    ("name", "half \ud83d"),
    ("amount", "500000"),
    ("amount", 5.0),
    ("amount", True),
    ("amount", -1),
    ("amount", 10**12),
    ("amount", 10**400),
    ("amount", [1]),
    ("currency", "ngn"),
    ("currency", "XXX"),
    ("currency", 566),
    ("interval", "fortnight"),
    ("interval", 3),
    ("intervalCount", 0),
    ("intervalCount", 1001),
    ("trialDays", -1),
    ("trialDays", 1001),
    ("maxCycles", 0),
    ("interval_count", 1),
    ("surprise", 1),
    ("surprise", {"deep": ["\x00"]}),
]
BAD_CUSTOMER = [
    ("email", "nobody"),
    ("email", "a@b\nc"),
    ("email", "x" * 250 + "@example.com"),
    ("ref", ""),
    ("ref", "a/b"),
    ("ref", "x" * 201),
    ("phone", "08012345678"),
    ("metadata", {"k": 1}),
    ("metadata", {"": "v"}),
    ("metadata", {"k": "x" * 501}),
    ("metadata", {"k" * 41: "v"}),
    ("metadata", {"nul\x00": "v"}),
    ("metadata", {"half": "\udc00"}),
    ("metadata", {f"k{number}": "v" for number in range(51)}),
    ("metadata", []),
]
BAD_SUBSCRIPTION = [
    ("customerId", "plan_01jxk8m3s4e5f6g7h8j9k0m1n2"),
    ("customerId", "cus_81jxk8m3s4e5f6g7h8j9k0m1n2"),
    ("planId", 5),
    ("paymentMethodId", "pm_"),
    ("quantity", 0),
    ("quantity", 1_000_001),
    ("trialDays", 1001),
    ("currentPeriodEnd", "9999-01-01T00:00:00Z"),
    ("currentPeriodEnd", "1999-12-31T23:59:59Z"),
    ("currentPeriodEnd", "2026-02-30T00:00:00Z"),
    ("currentPeriodEnd", "2026-05-01"),
    ("currentPeriodEnd", "2026-05-01T00:00:00"),
    ("currentPeriodEnd", 1767225600),
    ("currentPeriodEnd", "2026-03-01T00:00:00Z"),
]


def paths(answer) -> set[str]:
    assert answer.status_code == 422, answer.text
    error = answer.json()["error"]
    assert error["code"] == "validation_error"
    return {detail["path"] for detail in error["details"]}


async def refused(api: MerchantClient, path: str, body: object) -> set[str]:
    """Send a body as ASCII JSON, half characters included, and give the names of the fields it is refused for."""
    content = json.dumps(body)
    answer = await api.http.post(path, content=content, headers={"Content-Type": "application/json"})
    return {found.partition(".")[0] for found in paths(answer)}


class TestBadPlans:
    async def test_are_refused_by_name_and_change_nothing(self, api: MerchantClient):
        for path, value in BAD_PLAN:
            assert await refused(api, "/v1/plans", {**PLAN, path: value}) == {path}, (path, value)
        huge = json.dumps(PLAN)[:-1] + ', "amount": 1e400}'
        answer = await api.http.post("/v1/plans", content=huge, headers={"Content-Type": "application/json"})
        assert paths(answer) == {"amount"}
        assert (await api.read("/v1/plans"))["items"] == []

    async def test_are_told_every_fault_at_once(self, api: MerchantClient):
        answer = await api.post("/v1/plans", {"name": "", "amount": "1", "currency": "X", "extra": 1, "maxCycles": 0})
        assert paths(answer) == {"name", "amount", "currency", "interval", "extra", "maxCycles"}

    async def test_are_told_the_faults_of_path_body_and_headers_together(self, api: MerchantClient):
        answer = await api.http.patch(
            "/v1/plans/plan_nonsense", json={"amount": -1, "name": None}, headers={"Idempotency-Key": "no spaces"}
        )
        assert paths(answer) == {"planId", "amount", "name", "Idempotency-Key"}

    async def test_are_told_the_faults_of_a_query(self, api: MerchantClient):
        answer = await api.http.get("/v1/plans?limit=101&cursor=%00&unknown=1&archived=maybe&archived=true")
        assert paths(answer) == {"limit", "cursor", "unknown", "archived"}

    async def test_keep_sql_in_a_name_as_the_text_it_is(self, api: MerchantClient):
        name = "'; drop table test.plans; --"
        plan = await api.plan(name=name)
        assert (await api.read(f"/v1/plans/{plan['id']}"))["name"] == name


class TestBadCustomers:
    async def test_are_refused_by_name_and_change_nothing(self, api: MerchantClient):
        for path, value in BAD_CUSTOMER:
            assert await refused(api, "/v1/customers", {**CUSTOMER, path: value}) == {path}, (path, value)
        assert (await api.read("/v1/customers"))["items"] == []


class TestBadSubscriptions:
    async def test_are_refused_by_name_and_change_nothing(self, api: MerchantClient):
        order: Json = await api.order()
        for path, value in BAD_SUBSCRIPTION:
            assert await refused(api, "/v1/subscriptions", {**order, path: value}) == {path}, (path, value)
        assert (await api.read("/v1/subscriptions"))["items"] == []
