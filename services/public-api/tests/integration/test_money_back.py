"""Refunds, decisions about invoices, and credit, as a merchant asks for them."""

import asyncio

import pytest

from duro.payments import SimulatedCard
from duro.testkit.merchant_client import Json, MerchantClient

MISSING = "01jxk8m3s4e5f6g7h8j9k0m1n2"


async def invoice_of(api: MerchantClient, subscription: Json) -> Json:
    (found,) = (await api.read("/v1/invoices", subscriptionId=subscription["id"]))["items"]
    return await api.read(f"/v1/invoices/{found['id']}")


async def unpaid(api: MerchantClient, card: SimulatedCard = SimulatedCard.INSUFFICIENT_FUNDS) -> tuple[Json, Json]:
    subscription = await api.subscription(number=card.number)
    return subscription, await invoice_of(api, subscription)


class TestARefund:
    async def test_gives_back_all_that_was_paid_unless_told_less(self, either: MerchantClient):
        subscription = await either.subscription()
        invoice = await invoice_of(either, subscription)
        path = f"/v1/invoices/{invoice['id']}/refund"
        part = await either.made(path, {"amount": 200_000, "reason": "a week without service"})
        assert (part["status"], part["amount"], part["currency"]) == ("succeeded", 200_000, "NGN")
        assert part["transactionId"] == invoice["transactions"][0]["id"]
        rest = await either.made(path, {})
        assert (rest["status"], rest["amount"], rest["reason"]) == ("succeeded", 300_000, "requested_by_merchant")

        again = await either.post(path, {})
        assert (again.status_code, again.json()["error"]["code"]) == (409, "refund_exceeds_payment")
        after = await either.read(f"/v1/invoices/{invoice['id']}")
        assert (after["status"], after["amountPaid"], after["amountRefunded"]) == ("paid", 500_000, 500_000)
        assert (await either.read("/v1/refunds", invoiceId=invoice["id"]))["items"] == [rest, part]
        assert await either.read(f"/v1/refunds/{part['id']}") == part
        assert await either.event_types(subscription["id"]) == [
            "subscription_created",
            "invoice_created",
            "subscription_activated",
            "subscription_payment_success",
            "subscription_payment_refunded",
            "subscription_payment_refunded",
        ]
        unmoved = await either.read(f"/v1/subscriptions/{subscription['id']}")
        assert unmoved == subscription

    async def test_of_more_than_is_left_is_refused(self, api: MerchantClient):
        invoice = await invoice_of(api, await api.subscription())
        answer = await api.post(f"/v1/invoices/{invoice['id']}/refund", {"amount": 500_001})
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "refund_exceeds_payment")

    async def test_that_races_others_never_gives_back_more_than_was_paid(self, api: MerchantClient):
        invoice = await invoice_of(api, await api.subscription())
        path = f"/v1/invoices/{invoice['id']}/refund"
        answers = await asyncio.gather(*(api.post(path, {"amount": 200_000}) for _ in range(6)))
        assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409, 409, 409]
        after = await api.read(f"/v1/invoices/{invoice['id']}")
        assert after["amountRefunded"] == 400_000

    async def test_happens_once_under_one_key(self, api: MerchantClient):
        invoice = await invoice_of(api, await api.subscription())
        path = f"/v1/invoices/{invoice['id']}/refund"
        first = await api.post(path, {"amount": 100_000}, key="refund-1")
        again = await api.post(path, {"amount": 100_000}, key="refund-1")
        assert (again.json(), again.headers["Idempotent-Replayed"]) == (first.json(), "true")
        assert len((await api.read("/v1/refunds", invoiceId=invoice["id"]))["items"]) == 1

    async def test_waits_until_it_is_known_what_became_of_the_charge(self, api: MerchantClient):
        _, invoice = await unpaid(api, SimulatedCard.TIMEOUT_AFTER)
        for act in ("refund", "void", "mark-uncollectible", "pay"):
            answer = await api.post(f"/v1/invoices/{invoice['id']}/{act}", {})
            assert (answer.status_code, answer.json()["error"]["code"]) == (409, "payment_in_progress"), act

    async def test_of_an_invoice_that_nobody_paid_is_refused(self, api: MerchantClient):
        _, invoice = await unpaid(api)
        answer = await api.post(f"/v1/invoices/{invoice['id']}/refund", {})
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "refund_exceeds_payment")

    async def test_that_went_through_is_not_asked_for_again_nor_given_up(self, api: MerchantClient):
        invoice = await invoice_of(api, await api.subscription())
        refund = await api.made(f"/v1/invoices/{invoice['id']}/refund", {})
        for act in ("retry", "cancel"):
            answer = await api.post(f"/v1/refunds/{refund['id']}/{act}")
            assert (answer.status_code, answer.json()["error"]["code"]) == (409, "refund_not_refused")

    async def test_keeps_the_reason_of_refunds_that_open_by_themselves_for_them(self, api: MerchantClient):
        invoice = await invoice_of(api, await api.subscription())
        answer = await api.post(f"/v1/invoices/{invoice['id']}/refund", {"reason": "canceled_in_flight"})
        assert (answer.status_code, answer.json()["error"]["details"][0]["path"]) == (422, "reason")


class TestAPayment:
    async def test_collects_an_open_invoice_from_another_card_and_starts_the_subscription(self, either: MerchantClient):
        subscription, invoice = await unpaid(either)
        card = await either.card({"id": subscription["customerId"]})
        paid = await either.post(f"/v1/invoices/{invoice['id']}/pay", {"paymentMethodId": card["id"]})
        assert paid.status_code == 200
        body = paid.json()
        assert (body["status"], body["amountRemaining"]) == ("paid", 0)
        assert [(one["status"], one["reason"]) for one in body["transactions"]] == [
            ("failed", "The first try for this period."),
            ("succeeded", "The merchant asked for it."),
        ]
        started = await either.read(f"/v1/subscriptions/{subscription['id']}")
        assert (started["status"], started["cyclesCompleted"]) == ("active", 1)
        assert started["paymentMethodId"] == subscription["paymentMethodId"]

    async def test_that_is_declined_is_no_error(self, api: MerchantClient):
        _, invoice = await unpaid(api)
        answer = await api.post(f"/v1/invoices/{invoice['id']}/pay", {})
        assert answer.status_code == 200
        assert answer.json()["status"] == "open"
        assert [one["status"] for one in answer.json()["transactions"]] == ["failed", "failed"]

    async def test_without_an_answer_stays_pending_and_is_not_tried_again(self, api: MerchantClient):
        subscription, invoice = await unpaid(api)
        card = await api.card({"id": subscription["customerId"]}, SimulatedCard.TIMEOUT_AFTER.number)
        path = f"/v1/invoices/{invoice['id']}/pay"
        answer = await api.post(path, {"paymentMethodId": card["id"]})
        assert [one["status"] for one in answer.json()["transactions"]] == ["failed", "pending"]
        again = await api.post(path, {})
        assert (again.status_code, again.json()["error"]["code"]) == (409, "payment_in_progress")

    async def test_is_not_made_for_what_is_paid_or_with_what_is_not_theirs(self, api: MerchantClient):
        paid = await invoice_of(api, await api.subscription())
        answer = await api.post(f"/v1/invoices/{paid['id']}/pay", {})
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "invoice_not_open")
        _, invoice = await unpaid(api)
        foreign = await api.card(await api.customer())
        path = f"/v1/invoices/{invoice['id']}/pay"
        assert (await api.post(path, {"paymentMethodId": foreign["id"]})).status_code == 404
        removed = await api.card({"id": invoice["customerId"]})
        await api.post(f"/v1/payment-methods/{removed['id']}/detach")
        answer = await api.post(path, {"paymentMethodId": removed["id"]})
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "payment_method_detached")

    async def test_needs_a_payment_method(self, api: MerchantClient):
        order = await api.order()
        del order["paymentMethodId"]
        subscription = await api.made("/v1/subscriptions", order)
        invoice = await invoice_of(api, subscription)
        path = f"/v1/invoices/{invoice['id']}/pay"
        answer = await api.post(path, {})
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "payment_method_required")

    async def test_happens_once_under_one_key(self, api: MerchantClient):
        _, invoice = await unpaid(api)
        path = f"/v1/invoices/{invoice['id']}/pay"
        first = await api.post(path, {}, key="pay-1")
        again = await api.post(path, {}, key="pay-1")
        assert (again.json(), again.headers["Idempotent-Replayed"]) == (first.json(), "true")


class TestAVoid:
    async def test_of_a_first_invoice_ends_what_never_began(self, either: MerchantClient):
        subscription, invoice = await unpaid(either)
        answer = await either.post(f"/v1/invoices/{invoice['id']}/void")
        assert (answer.status_code, answer.json()["status"]) == (200, "void")
        ended = await either.read(f"/v1/subscriptions/{subscription['id']}")
        assert ended["status"] == "incomplete_expired"
        again = await either.post(f"/v1/invoices/{invoice['id']}/void")
        assert (again.status_code, again.json()["error"]["code"]) == (409, "invoice_not_open")

    async def test_of_what_was_paid_is_refused(self, api: MerchantClient):
        invoice = await invoice_of(api, await api.subscription())
        for act in ("void", "mark-uncollectible"):
            answer = await api.post(f"/v1/invoices/{invoice['id']}/{act}")
            assert (answer.status_code, answer.json()["error"]["code"]) == (409, "invoice_not_open")


class TestAMarkAsUncollectible:
    async def test_is_not_for_a_first_invoice(self, api: MerchantClient):
        _, invoice = await unpaid(api)
        answer = await api.post(f"/v1/invoices/{invoice['id']}/mark-uncollectible")
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "illegal_transition")


class TestCredit:
    async def test_is_granted_taken_back_and_told(self, either: MerchantClient):
        subscription = await either.subscription()
        path = f"/v1/subscriptions/{subscription['id']}/credit"
        assert (await either.read(path))["items"] == []
        granted = await either.made(path, {"amount": 100_000, "reason": "an outage", "currency": "NGN"})
        assert (granted["balance"], granted["currency"]) == (100_000, "NGN")
        taken = await either.made(path, {"amount": -40_000, "reason": "not quite"})
        assert [(one["cause"], one["amount"], one["reason"]) for one in taken["items"]] == [
            ("credit_granted", -40_000, "not quite"),
            ("credit_granted", 100_000, "an outage"),
        ]
        assert await either.read(path) == taken
        assert (await either.read(f"/v1/subscriptions/{subscription['id']}"))["balance"] == 60_000
        assert (await either.event_types(subscription["id"]))[-2:] == ["subscription_updated"] * 2
        first = await either.read(path, limit=1)
        assert (first["items"], first["hasMore"]) == (taken["items"][:1], True)
        assert (await either.read(path, limit=1, cursor=first["nextCursor"]))["items"] == taken["items"][1:]

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({"amount": -1, "reason": "x"}, 409, "insufficient_credit"),
            ({"amount": 1, "reason": "x", "currency": "USD"}, 409, "currency_mismatch"),
            ({"amount": 0, "reason": "x"}, 422, "validation_error"),
        ],
    )
    async def test_is_refused(self, api: MerchantClient, body: Json, status: int, code: str):
        subscription = await api.subscription()
        answer = await api.post(f"/v1/subscriptions/{subscription['id']}/credit", body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)

    async def test_never_grows_beyond_what_an_amount_may_be(self, api: MerchantClient):
        subscription = await api.subscription()
        path = f"/v1/subscriptions/{subscription['id']}/credit"
        await api.made(path, {"amount": 10**12 - 1, "reason": "x"})
        assert (await api.post(path, {"amount": 1, "reason": "x"})).status_code == 422

    async def test_is_not_for_what_has_ended(self, api: MerchantClient):
        subscription = await api.subscription()
        await api.post(f"/v1/subscriptions/{subscription['id']}/cancel", {})
        answer = await api.post(f"/v1/subscriptions/{subscription['id']}/credit", {"amount": 1, "reason": "x"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "subscription_ended")

    async def test_is_taken_off_what_has_ended_once_it_went_back_by_hand(self, api: MerchantClient):
        subscription = await api.subscription()
        path = f"/v1/subscriptions/{subscription['id']}/credit"
        await api.made(path, {"amount": 700, "reason": "x"})
        await api.post(f"/v1/subscriptions/{subscription['id']}/cancel", {})
        left = await api.made(path, {"amount": -700, "reason": "sent back by transfer"})
        assert left["balance"] == 0


class TestTransactions:
    async def test_are_listed_by_invoice_and_status_and_read_one_by_one(self, either: MerchantClient):
        paid = await invoice_of(either, await either.subscription())
        subscription, invoice = await unpaid(either)
        declined = (await either.read("/v1/transactions", invoiceId=invoice["id"]))["items"]
        assert declined == invoice["transactions"]
        assert (await either.read("/v1/transactions", subscriptionId=subscription["id"]))["items"] == declined
        assert (await either.read("/v1/transactions", status="succeeded"))["items"] == paid["transactions"]
        one = declined[0]
        assert await either.read(f"/v1/transactions/{one['id']}") == one


class TestWhatIsNotThere:
    @pytest.mark.parametrize("path", ["refunds/rfd", "transactions/txn"])
    async def test_is_not_found(self, api: MerchantClient, path: str):
        assert (await api.http.get(f"/v1/{path}_{MISSING}")).status_code == 404

    @pytest.mark.parametrize("act", ["refund", "pay", "void", "mark-uncollectible"])
    async def test_is_not_acted_on(self, api: MerchantClient, act: str):
        assert (await api.post(f"/v1/invoices/inv_{MISSING}/{act}", {})).status_code == 404

    async def test_has_no_credit(self, api: MerchantClient):
        path = f"/v1/subscriptions/sub_{MISSING}/credit"
        assert (await api.http.get(path)).status_code == 404
        assert (await api.post(path, {"amount": 1, "reason": "x"})).status_code == 404
