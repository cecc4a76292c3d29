import asyncio

from whenever import TimeDelta

from duro.db.records import DunningState
from duro.db.states import JournalCause
from duro.kernel import InvoiceId, SubscriptionId
from duro.merchant_api.billing import BillingService, GatewayRegistry
from duro.public_api.composition import Composition
from duro.testkit.deadline import Deadline
from duro.testkit.merchant_client import MerchantClient
from duro.testkit.staged_merchant import StagedMerchant
from duro.testkit.stepping_clock import SteppingClock

DECLINING = "4000000000000515"
SILENT = "4000000000000929"
STARTED = ["subscription_created", "invoice_created", "subscription_activated", "subscription_payment_success"]


def billing_of(composition: Composition, merchant: StagedMerchant) -> BillingService:
    outside = composition.collaborators
    return BillingService(
        composition.contexts[merchant.mode],
        GatewayRegistry(merchant.mode, [outside.gateway], is_development=True),
        ids=outside.ids,
        clock=outside.clock,
        lease=TimeDelta(seconds=60),
    )


class TestStart:
    async def test_collects_the_first_payment_and_activates(self, either: MerchantClient):
        started = await either.subscription()
        assert (started["status"], started["cyclesCompleted"]) == ("active", 1)
        assert started["currentPeriodStart"] == started["anchor"] == "2026-03-31T09:00:00Z"
        assert started["currentPeriodEnd"] == "2026-04-30T09:00:00Z"
        assert await either.event_types(started["id"]) == STARTED
        (invoice,) = (await either.read("/v1/invoices", subscriptionId=started["id"]))["items"]
        assert (invoice["status"], invoice["amount"], invoice["amountPaid"]) == ("paid", 500000, 500000)
        assert invoice["lines"][0]["amount"] == 500000
        detail = await either.read(f"/v1/invoices/{invoice['id']}")
        assert [attempt["status"] for attempt in detail["transactions"]] == ["succeeded"]
        assert {key: detail[key] for key in invoice} == invoice
        assert (await either.read("/v1/invoices", customerId=started["customerId"], status="paid"))["items"] == [
            invoice
        ]

    async def test_tells_of_a_decline_without_an_error_and_without_recovery(self, either: MerchantClient):
        started = await either.subscription(number=DECLINING)
        assert started["status"] == "incomplete"
        (invoice,) = (await either.read("/v1/invoices", subscriptionId=started["id"], status="open"))["items"]
        detail = await either.read(f"/v1/invoices/{invoice['id']}")
        assert [attempt["failureCode"] for attempt in detail["transactions"]] == ["51"]
        assert "subscription_activated" not in await either.event_types(started["id"])

    async def test_tells_of_an_unknown_answer_as_incomplete_with_a_charge_pending(self, either: MerchantClient):
        started = await either.subscription(number=SILENT)
        assert started["status"] == "incomplete"
        (invoice,) = (await either.read("/v1/invoices", subscriptionId=started["id"]))["items"]
        detail = await either.read(f"/v1/invoices/{invoice['id']}")
        assert [attempt["status"] for attempt in detail["transactions"]] == ["pending"]

    async def test_charges_nothing_on_trial(self, api: MerchantClient, gateway):
        started = await api.subscription(trialDays=14)
        assert (started["status"], started["trialEndsAt"]) == ("trialing", "2026-04-14T09:00:00Z")
        order = await api.order(trialDays=14)
        longer = await api.made("/v1/subscriptions", {**order, "trialDays": 30})
        none = await api.made("/v1/subscriptions", {**order, "trialDays": 0})
        assert (longer["trialEndsAt"], none["status"]) == ("2026-04-30T09:00:00Z", "active")
        assert len(gateway.charges) == 1

    async def test_charges_nothing_for_a_period_that_was_paid_elsewhere(self, api: MerchantClient, gateway):
        order = await api.order()
        started = await api.made("/v1/subscriptions", {**order, "currentPeriodEnd": "2026-05-05T10:00:00+01:00"})
        assert (started["status"], started["currentPeriodEnd"]) == ("active", "2026-05-05T09:00:00Z")
        assert started["anchor"] == started["currentPeriodEnd"]
        assert await api.event_types(started["id"]) == ["subscription_created", "subscription_activated"]
        assert gateway.charges == []

    async def test_needs_no_payment_method_and_then_waits(self, api: MerchantClient):
        order = await api.order()
        del order["paymentMethodId"]
        started = await api.made("/v1/subscriptions", order)
        assert (started["status"], started["paymentMethodId"]) == ("incomplete", None)

    async def test_refuses_what_no_provider_can_charge(self, api: MerchantClient):
        order = await api.order(currency="KPW")
        answer = await api.post("/v1/subscriptions", order)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "currency_not_supported")

    async def test_is_listed_by_status_and_customer(self, api: MerchantClient):
        active = await api.subscription()
        waiting = await api.subscription(number=DECLINING)
        assert [item["id"] for item in (await api.read("/v1/subscriptions", status="active"))["items"]] == [
            active["id"]
        ]
        mine = await api.read("/v1/subscriptions", customerId=waiting["customerId"])
        assert [item["id"] for item in mine["items"]] == [waiting["id"]]

    async def test_that_waits_for_a_gateway_leaves_every_other_request_alone(self, api: MerchantClient, gateway):
        orders = [await api.order() for _ in range(12)]
        gateway.door.clear()
        starting = [asyncio.create_task(api.post("/v1/subscriptions", order)) for order in orders]
        await Deadline(10).until(lambda: len(gateway.charges) == len(orders), "all charges to be at the door")
        async with asyncio.timeout(5):
            assert len((await api.read("/v1/subscriptions"))["items"]) == len(orders)
            await api.plan()
        gateway.door.set()
        assert {answer.json()["status"] for answer in await asyncio.gather(*starting)} == {"active"}


class TestCancel:
    async def test_now_ends_access_at_once(self, either: MerchantClient):
        started = await either.subscription()
        canceled = (await either.post(f"/v1/subscriptions/{started['id']}/cancel", {})).json()
        assert (canceled["status"], canceled["accessEndsAt"]) == ("canceled", "2026-03-31T09:00:00Z")
        assert await either.event_types(started["id"]) == [*STARTED, "subscription_cancelled"]
        again = await either.post(f"/v1/subscriptions/{started['id']}/cancel")
        assert (again.status_code, again.json()["error"]["code"]) == (409, "illegal_transition")

    async def test_at_period_end_can_be_taken_back(self, either: MerchantClient):
        started = await either.subscription()
        path = f"/v1/subscriptions/{started['id']}"
        leaving = (await either.post(f"{path}/cancel", {"atPeriodEnd": True})).json()
        assert (leaving["status"], leaving["cancelAtPeriodEnd"]) == ("active", True)
        kept = (await either.http.patch(path, json={"cancelAtPeriodEnd": False})).json()
        assert kept["cancelAtPeriodEnd"] is False
        leaving = (await either.http.patch(path, json={"cancelAtPeriodEnd": True})).json()
        assert leaving["cancelAtPeriodEnd"] is True
        assert await either.event_types(started["id"]) == [*STARTED, *["subscription_updated"] * 3]

    async def test_voids_what_is_open_and_reverses_it_in_the_ledger(
        self, api: MerchantClient, merchant: StagedMerchant
    ):
        started = await api.subscription(number=DECLINING)
        canceled = await api.post(f"/v1/subscriptions/{started['id']}/cancel", {"atPeriodEnd": True})
        assert canceled.json()["status"] == "canceled"
        (invoice,) = (await api.read("/v1/invoices", subscriptionId=started["id"]))["items"]
        assert invoice["status"] == "void"
        async with merchant.contexts.open(merchant.tenant.id) as repos:
            invoice_id = InvoiceId.parse(invoice["id"]).value
            assert await repos.ledger.of_cause(JournalCause.VOID, invoice_id) is not None
            balances = await repos.ledger.balances()
        assert {account: money.amount for (account, _), money in balances.items()} == {"receivable": 0, "revenue": 0}

    async def test_closes_the_recovery_of_a_past_due_subscription(
        self, api: MerchantClient, merchant: StagedMerchant, composition: Composition, clock: SteppingClock
    ):
        started = await api.subscription(number=DECLINING, trialDays=1)
        clock.advance(TimeDelta(hours=25))
        subscription_id = SubscriptionId.parse(started["id"])
        await billing_of(composition, merchant).renew(merchant.tenant.id, subscription_id)
        assert (await api.read(f"/v1/subscriptions/{started['id']}"))["status"] == "past_due"
        canceled = await api.http.patch(f"/v1/subscriptions/{started['id']}", json={"cancelAtPeriodEnd": True})
        assert canceled.json()["status"] == "canceled"
        async with merchant.contexts.open(merchant.tenant.id) as repos:
            invoice = (await api.read("/v1/invoices", subscriptionId=started["id"]))["items"][0]
            schedule = await repos.dunning.of_invoice(InvoiceId.parse(invoice["id"]))
        assert schedule is not None
        assert (invoice["status"], schedule.state) == ("void", DunningState.CANCELLED)

    async def test_succeeds_while_a_charge_is_pending_and_leaves_the_invoice_to_its_settlement(
        self, api: MerchantClient
    ):
        started = await api.subscription(number=SILENT)
        canceled = (await api.post(f"/v1/subscriptions/{started['id']}/cancel")).json()
        assert canceled["status"] == "canceled"
        (invoice,) = (await api.read("/v1/invoices", subscriptionId=started["id"]))["items"]
        assert invoice["status"] == "open"

    async def test_in_flight_gives_back_what_turns_out_taken(
        self, api: MerchantClient, gateway, merchant: StagedMerchant
    ):
        order = await api.order()
        gateway.door.clear()
        starting = asyncio.create_task(api.post("/v1/subscriptions", order))
        await Deadline(10).until(lambda: gateway.charges, "the charge to be at the door")
        (waiting,) = (await api.read("/v1/subscriptions"))["items"]
        canceled = await api.post(f"/v1/subscriptions/{waiting['id']}/cancel")
        assert canceled.json()["status"] == "canceled"
        gateway.door.set()
        assert (await starting).json()["status"] == "canceled"
        (invoice,) = (await api.read("/v1/invoices", subscriptionId=waiting["id"]))["items"]
        assert (invoice["status"], (await starting).json()["cyclesCompleted"]) == ("paid", 0)

    async def test_is_unknown_for_another_merchants_subscription(self, api: MerchantClient, stage):
        other = await stage.merchant()
        subscription = await other.subscription()
        assert (await api.post(f"/v1/subscriptions/{subscription.id}/cancel")).status_code == 404


class TestDetachedPaymentMethod:
    async def test_is_refused_while_a_charge_to_it_is_pending(self, api: MerchantClient):
        started = await api.subscription(number=SILENT)
        answer = await api.post(f"/v1/payment-methods/{started['paymentMethodId']}/detach")
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "payment_in_progress")
