"""Every mutation of the API, read off the document it serves, really commits: a live call stands here for each."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx
import pytest
import pytest_asyncio

from duro.db import DatabasePool
from duro.kernel import Mode
from duro.payments import InMemoryIssuerLedger, SimulatedCard, SimulatedGateway, SimulatedIssuer
from duro.public_api.collaborators import Collaborators
from duro.public_api.composition import Composition
from duro.public_api.server import PublicApiServer
from duro.public_api.settings import Settings
from duro.testkit.merchant_client import Json, MerchantClient

RECEIPT, OURS = "/v1/settings/messages/receipt", {"whatsappTemplate": "ours"}
PROMO_CODE = {"code": "HALF", "percentOff": 50, "duration": "forever"}
READING = {"get", "head", "options", "trace"}
TABLES = """
    select schemaname || '.' || tablename as name from pg_tables where schemaname in ('core', 'test', 'live')"""


@dataclass(frozen=True)
class Act:
    """One mutation, ready to be asked for, and the tables that must have changed once it is answered."""

    method: str
    path: str
    body: object
    touches: frozenset[str]

    @classmethod
    def of(cls, method: str, path: str, body: object = None, *, touches: str) -> "Act":
        return cls(method, path, body, frozenset(touches.split()))


async def create_plan(_: MerchantClient) -> Act:
    body = {"name": "Gold", "amount": 500_000, "currency": "NGN", "interval": "month"}
    return Act.of("POST", "/v1/plans", body, touches="plans")


async def update_plan(api: MerchantClient) -> Act:
    plan = await api.plan()
    return Act.of("PATCH", f"/v1/plans/{plan['id']}", {"name": "Platinum"}, touches="plans")


async def archive_plan(api: MerchantClient) -> Act:
    plan = await api.plan()
    return Act.of("POST", f"/v1/plans/{plan['id']}/archive", touches="plans")


async def create_customer(_: MerchantClient) -> Act:
    return Act.of("POST", "/v1/customers", {"email": "ada@example.com"}, touches="customers")


async def update_customer(api: MerchantClient) -> Act:
    customer = await api.customer()
    return Act.of("PATCH", f"/v1/customers/{customer['id']}", {"name": "Ada Obi"}, touches="customers")


async def attach_payment_method(api: MerchantClient) -> Act:
    customer = await api.customer()
    path = f"/v1/customers/{customer['id']}/payment-methods"
    return Act.of("POST", path, {"card": api.CARD}, touches="payment_methods")


async def detach_payment_method(api: MerchantClient) -> Act:
    method = await api.card(await api.customer())
    return Act.of("POST", f"/v1/payment-methods/{method['id']}/detach", touches="payment_methods")


async def start_subscription(api: MerchantClient) -> Act:
    touches = "subscriptions invoices invoice_lines payment_attempts events journals ledger_entries messages"
    return Act.of("POST", "/v1/subscriptions", await api.order(), touches=touches)


async def update_subscription(api: MerchantClient) -> Act:
    subscription = await api.subscription()
    path = f"/v1/subscriptions/{subscription['id']}"
    return Act.of("PATCH", path, {"cancelAtPeriodEnd": True}, touches="subscriptions events")


async def cancel_subscription(api: MerchantClient) -> Act:
    subscription = await api.subscription()
    path = f"/v1/subscriptions/{subscription['id']}/cancel"
    return Act.of("POST", path, {}, touches="subscriptions events messages")


async def create_test_clock(_: MerchantClient) -> Act:
    return Act.of("POST", "/v1/test-clocks", {"now": "2030-01-31T09:00:00Z"}, touches="test_clocks")


async def advance_test_clock(api: MerchantClient) -> Act:
    clock = await api.made("/v1/test-clocks", {"now": "2030-01-31T09:00:00Z"})
    customer = await api.customer(testClockId=clock["id"])
    method, plan = await api.card(customer), await api.plan()
    order = {"customerId": customer["id"], "planId": plan["id"], "paymentMethodId": method["id"]}
    await api.made("/v1/subscriptions", order)
    path = f"/v1/test-clocks/{clock['id']}/advance"
    touches = (
        "test_clocks subscriptions invoices invoice_lines payment_attempts events journals ledger_entries messages"
    )
    return Act.of("POST", path, {"to": "2030-02-28T09:00:00Z"}, touches=touches)


async def change_plan(api: MerchantClient) -> Act:
    subscription, plan = await api.subscription(), await api.plan(interval="year", amount=5_000_000)
    path = f"/v1/subscriptions/{subscription['id']}/change-plan"
    touches = "subscriptions invoices invoice_lines payment_attempts events journals ledger_entries messages"
    return Act.of("POST", path, {"planId": plan["id"]}, touches=touches)


async def unschedule_change(api: MerchantClient) -> Act:
    subscription = await api.subscription()
    path = f"/v1/subscriptions/{subscription['id']}"
    scheduled = await api.post(f"{path}/change-plan", {"quantity": 2, "when": "at_renewal"})
    assert scheduled.is_success, scheduled.text
    return Act.of("DELETE", f"{path}/scheduled-change", touches="subscriptions events")


async def pause_subscription(api: MerchantClient) -> Act:
    subscription = await api.subscription()
    return Act.of("POST", f"/v1/subscriptions/{subscription['id']}/pause", touches="subscriptions events")


async def resume_subscription(api: MerchantClient) -> Act:
    subscription = await api.subscription()
    path = f"/v1/subscriptions/{subscription['id']}"
    assert (await api.post(f"{path}/pause")).is_success
    return Act.of("POST", f"{path}/resume", touches="subscriptions events")


async def create_promo_code(_: MerchantClient) -> Act:
    return Act.of("POST", "/v1/promo-codes", PROMO_CODE, touches="promo_codes")


async def archive_promo_code(api: MerchantClient) -> Act:
    promo_code = await api.made("/v1/promo-codes", PROMO_CODE)
    return Act.of("POST", f"/v1/promo-codes/{promo_code['id']}/archive", touches="promo_codes")


async def redeem_promo_code(api: MerchantClient) -> Act:
    await api.made("/v1/promo-codes", PROMO_CODE)
    subscription = await api.subscription()
    path = f"/v1/subscriptions/{subscription['id']}/promo-code"
    return Act.of("POST", path, {"promoCode": "HALF"}, touches="promo_codes subscriptions events")


async def remove_promo_code(api: MerchantClient) -> Act:
    await api.made("/v1/promo-codes", PROMO_CODE)
    subscription = await api.made("/v1/subscriptions", {**await api.order(), "promoCode": "HALF"})
    path = f"/v1/subscriptions/{subscription['id']}/promo-code"
    return Act.of("DELETE", path, touches="subscriptions events")


async def refund_invoice(api: MerchantClient) -> Act:
    invoice = await invoice_of(api, await api.subscription())
    touches = "refunds invoices subscriptions events journals ledger_entries"
    return Act.of("POST", f"/v1/invoices/{invoice}/refund", {"amount": 1}, touches=touches)


async def refused_refund(api: MerchantClient) -> str:
    subscription = await api.subscription(number=SimulatedCard.REFUND_REFUSED.number)
    refund = await api.made(f"/v1/invoices/{await invoice_of(api, subscription)}/refund", {})
    assert refund["status"] == "needs_attention"
    return f"/v1/refunds/{refund['id']}"


async def retry_refund(api: MerchantClient) -> Act:
    return Act.of("POST", f"{await refused_refund(api)}/retry", touches="refunds journals ledger_entries")


async def cancel_refund(api: MerchantClient) -> Act:
    return Act.of("POST", f"{await refused_refund(api)}/cancel", touches="refunds journals ledger_entries")


async def pay_invoice(api: MerchantClient) -> Act:
    subscription = await api.subscription(number=SimulatedCard.INSUFFICIENT_FUNDS.number)
    card = await api.card({"id": subscription["customerId"]})
    path = f"/v1/invoices/{await invoice_of(api, subscription)}/pay"
    touches = "invoices payment_attempts subscriptions events journals ledger_entries messages"
    return Act.of("POST", path, {"paymentMethodId": card["id"]}, touches=touches)


async def void_invoice(api: MerchantClient) -> Act:
    subscription = await api.subscription(number=SimulatedCard.INSUFFICIENT_FUNDS.number)
    path = f"/v1/invoices/{await invoice_of(api, subscription)}/void"
    return Act.of("POST", path, touches="invoices subscriptions events journals ledger_entries")


async def owing(api: MerchantClient) -> Json:
    """Let a change be invoiced at once to a card that fails: what is owed for it moves no subscription."""
    subscription = await api.subscription()
    declining = await api.card({"id": subscription["customerId"]}, SimulatedCard.INSUFFICIENT_FUNDS.number)
    path = f"/v1/subscriptions/{subscription['id']}"
    assert (await api.http.patch(path, json={"paymentMethodId": declining["id"]})).is_success
    change = await api.post(f"{path}/change-plan", {"quantity": 2, "prorationBehavior": "invoice_now"})
    assert change.is_success, change.text
    return subscription


async def case_of(api: MerchantClient, subscription: Json) -> str:
    (case,) = (await api.read("/v1/recovery/schedules", subscriptionId=subscription["id"]))["items"]
    return f"/v1/recovery/schedules/{case['id']}"


async def retry_recovery_schedule(api: MerchantClient) -> Act:
    subscription = await owing(api)
    card = await api.card({"id": subscription["customerId"]})
    path = f"/v1/subscriptions/{subscription['id']}"
    assert (await api.http.patch(path, json={"paymentMethodId": card["id"]})).is_success
    touches = "invoices payment_attempts subscriptions events journals ledger_entries messages dunning_schedules"
    return Act.of("POST", f"{await case_of(api, subscription)}/retry-now", touches=f"{touches} dunning_events")


async def pause_recovery_schedule(api: MerchantClient) -> Act:
    return Act.of("POST", f"{await case_of(api, await owing(api))}/pause", touches="dunning_schedules dunning_events")


async def resume_recovery_schedule(api: MerchantClient) -> Act:
    path = await case_of(api, await owing(api))
    assert (await api.post(f"{path}/pause")).is_success
    return Act.of("POST", f"{path}/resume", touches="dunning_schedules dunning_events")


async def update_recovery_settings(_: MerchantClient) -> Act:
    return Act.of("PATCH", "/v1/settings/recovery", {"maxTries": 6}, touches="recovery_settings")


async def put_message_template(_: MerchantClient) -> Act:
    return Act.of("PUT", RECEIPT, OURS, touches="message_templates")


async def remove_message_template(api: MerchantClient) -> Act:
    assert (await api.http.put(RECEIPT, json=OURS)).is_success
    return Act.of("DELETE", RECEIPT, touches="message_templates")


async def mark_invoice_uncollectible(api: MerchantClient) -> Act:
    subscription = await owing(api)
    page = await api.read("/v1/invoices", subscriptionId=subscription["id"], status="open")
    path = f"/v1/invoices/{page['items'][0]['id']}/mark-uncollectible"
    return Act.of("POST", path, touches="invoices dunning_schedules dunning_events journals ledger_entries")


async def grant_credit(api: MerchantClient) -> Act:
    subscription = await api.subscription()
    path = f"/v1/subscriptions/{subscription['id']}/credit"
    touches = "credit_grants subscriptions events journals ledger_entries"
    return Act.of("POST", path, {"amount": 1, "reason": "sorry"}, touches=touches)


async def invoice_of(api: MerchantClient, subscription: Json) -> str:
    (invoice,) = (await api.read("/v1/invoices", subscriptionId=subscription["id"]))["items"]
    return str(invoice["id"])


LIVE: dict[str, Callable[[MerchantClient], Awaitable[Act]]] = {
    "createPlan": create_plan,
    "updatePlan": update_plan,
    "archivePlan": archive_plan,
    "createPromoCode": create_promo_code,
    "archivePromoCode": archive_promo_code,
    "redeemPromoCode": redeem_promo_code,
    "removePromoCode": remove_promo_code,
    "createCustomer": create_customer,
    "updateCustomer": update_customer,
    "attachPaymentMethod": attach_payment_method,
    "detachPaymentMethod": detach_payment_method,
    "startSubscription": start_subscription,
    "updateSubscription": update_subscription,
    "cancelSubscription": cancel_subscription,
    "changePlan": change_plan,
    "unscheduleChange": unschedule_change,
    "pauseSubscription": pause_subscription,
    "resumeSubscription": resume_subscription,
    "refundInvoice": refund_invoice,
    "retryRefund": retry_refund,
    "cancelRefund": cancel_refund,
    "payInvoice": pay_invoice,
    "voidInvoice": void_invoice,
    "markInvoiceUncollectible": mark_invoice_uncollectible,
    "grantCredit": grant_credit,
    "retryRecoverySchedule": retry_recovery_schedule,
    "pauseRecoverySchedule": pause_recovery_schedule,
    "resumeRecoverySchedule": resume_recovery_schedule,
    "updateRecoverySettings": update_recovery_settings,
    "putMessageTemplate": put_message_template,
    "removeMessageTemplate": remove_message_template,
    "createTestClock": create_test_clock,
    "advanceTestClock": advance_test_clock,
}
"""The live call of every mutation, by its operation id; one that the document names and this table doesn't fails."""
TEST_MODE_ONLY = {"createTestClock", "advanceTestClock"}
"""What live mode hasn't got; services/public-api asks it for each."""
CALLS = [(name, mode) for name in LIVE for mode in Mode if mode is Mode.TEST or name not in TEST_MODE_ONLY]


@pytest_asyncio.fixture(loop_scope="session")
async def server(database, clock, ids):
    settings = Settings(
        is_development=True, test_database_url=database.test_url, live_database_url=database.live_url, pool_size=2
    )
    gateway = SimulatedGateway(SimulatedIssuer(InMemoryIssuerLedger()))
    async with PublicApiServer(await Composition.open(settings, Collaborators(clock, ids, gateway))) as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def operations(server):
    """Read what the API says it does: method and path template by operation id, mutations only."""
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as client:
        document = (await client.get("/openapi.json")).raise_for_status().json()
    return {
        operation["operationId"]: (method.upper(), path)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method not in READING and operation["operationId"] != "previewChange"
    }


@pytest_asyncio.fixture(loop_scope="session", params=list(Mode), ids=[mode.value for mode in Mode])
async def merchant(request, stage):
    return (await stage.merchant()).in_mode(request.param)


@pytest_asyncio.fixture(loop_scope="session")
async def api(server, merchant):
    headers = {"Authorization": f"Bearer {merchant.secret.text}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=30, trust_env=False) as http:
        yield MerchantClient(http)


@pytest_asyncio.fixture(loop_scope="session")
async def committed(database):
    """Take a fingerprint of every table, as another session sees it: what isn't committed isn't in it."""
    pool = await DatabasePool.open(database.admin_url, max_size=1)

    async def fingerprints() -> dict[str, str]:
        async with pool.acquire() as connection:
            tables = [row["name"] for row in await connection.fetch(TABLES)]
            return {
                table: await connection.fetchval(
                    f"select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {table} t"
                )
                for table in tables
            }

    yield fingerprints
    await pool.close()


class TestEveryMutation:
    async def test_has_a_live_call(self, operations):
        assert set(operations) == set(LIVE)

    @pytest.mark.parametrize(("operation_id", "merchant"), CALLS, indirect=["merchant"])
    async def test_commits_in_its_own_mode_alone_and_once_under_one_key(
        self, operation_id: str, operations, api: MerchantClient, merchant, committed
    ):
        act = await LIVE[operation_id](api)
        method, template = operations[operation_id]
        assert method == act.method
        assert re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), act.path)

        before = await committed()
        headers = {"Idempotency-Key": "the-act"}
        answer = await api.http.request(act.method, act.path, json=act.body, headers=headers)
        assert answer.is_success, answer.text
        after = await committed()
        changed = {table for table, fingerprint in after.items() if before[table] != fingerprint}
        assert changed == {f"{merchant.mode.value}.{table}" for table in (*act.touches, "idempotency_records")}

        again = await api.http.request(act.method, act.path, json=act.body, headers=headers)
        assert (again.status_code, again.content) == (answer.status_code, answer.content)
        assert again.headers["Idempotent-Replayed"] == "true"
        assert await committed() == after

    @pytest.mark.parametrize(("operation_id", "merchant"), CALLS, indirect=["merchant"])
    async def test_changes_nothing_without_a_key_in_force(self, operation_id: str, api: MerchantClient, committed):
        act = await LIVE[operation_id](api)
        before = await committed()
        for authorization in ("", "Bearer sk_test_unknown", "Bearer sk_live_unknown"):
            headers = {"Authorization": authorization}
            answer = await api.http.request(act.method, act.path, json=act.body, headers=headers)
            assert answer.status_code == 401
        assert await committed() == before


class TestAPreview:
    async def test_changes_nothing(self, api: MerchantClient, committed):
        subscription, plan = await api.subscription(), await api.plan(interval="year")
        before = await committed()
        answer = await api.post(f"/v1/subscriptions/{subscription['id']}/preview", {"planId": plan["id"]}, key="look")
        assert answer.is_success, answer.text
        assert await committed() == before
