"""Mandates as payment methods, from the outside: asked for, approved by the payer, charged, and removed."""

import pytest

from duro.testkit.merchant_client import MerchantClient

NOBODY = "cus_01jxk8m3s4e5f6g7h8j9k0m1n2"


def body(account: str = "0100000003", **changes):
    mandate = {"accountNumber": account, "bankCode": "058", "ceiling": 2_000_000, "currency": "NGN", **changes}
    return {"rail": "direct_debit", "mandate": mandate}


class TestAMandate:
    async def test_tells_what_its_payer_has_to_do(self, either: MerchantClient):
        customer = await either.customer()
        path = f"/v1/customers/{customer['id']}/payment-methods"
        method = await either.made(path, body())
        assert {name: method[name] for name in ("rail", "status", "last4", "provider")} == {
            "rail": "direct_debit",
            "status": "pending",
            "last4": "0003",
            "provider": "simulated",
        }
        assert (method["brand"], method["expMonth"], method["expYear"]) == (None, None, None)
        assert method["mandate"] == {
            "bankCode": "058",
            "ceiling": 2_000_000,
            "currency": "NGN",
            "activation": {
                "accountNumber": "9990000001",
                "bankName": "Simulated Bank",
                "accountName": "Mandate Activation",
                "amount": 5_000,
                "currency": "NGN",
            },
            "activatedAt": None,
        }
        assert (await either.read(path))["items"] == [method]
        assert await either.read(f"/v1/payment-methods/{method['id']}") == method

    async def test_is_removed_once_and_ended_at_its_provider(self, api: MerchantClient, provider):
        customer = await api.customer()
        method = await api.made(f"/v1/customers/{customer['id']}/payment-methods", body())
        removed = await api.post(f"/v1/payment-methods/{method['id']}/detach")
        assert (removed.status_code, removed.json()["status"]) == (200, "revoked")
        assert removed.json()["detachedAt"] is not None
        again = await api.post(f"/v1/payment-methods/{method['id']}/detach")
        assert again.json() == removed.json()
        standing = await provider.mandates.lookup(method["id"].removeprefix("pm_"))
        assert standing.status == "revoked"

    async def test_is_asked_for_once_under_a_key(self, api: MerchantClient):
        customer = await api.customer()
        path = f"/v1/customers/{customer['id']}/payment-methods"
        first = await api.post(path, body("0100000012"), key="once")
        again = await api.post(path, body("0100000012"), key="once")
        assert (first.status_code, first.json()["status"]) == (201, "pending")
        assert (again.status_code, again.content) == (201, first.content)
        assert len((await api.read(path))["items"]) == 1

    async def test_of_an_account_that_the_provider_does_not_take_is_refused(self, api: MerchantClient):
        customer = await api.customer()
        path = f"/v1/customers/{customer['id']}/payment-methods"
        answer = await api.post(path, body("0123456789"), key="refused")
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "mandate_refused")
        assert "0123456789" not in answer.text
        assert (await api.read(path))["items"] == []

    async def test_that_the_bank_rejected_starts_no_subscription(self, api: MerchantClient):
        order = await api.order()
        path = f"/v1/customers/{order['customerId']}/payment-methods"
        method = await api.made(path, body("0100000004"))
        assert method["status"] == "rejected"
        answer = await api.post("/v1/subscriptions", {**order, "paymentMethodId": method["id"]})
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "mandate_ended")

    async def test_belongs_to_a_customer_who_exists(self, api: MerchantClient):
        assert (await api.post(f"/v1/customers/{NOBODY}/payment-methods", body())).status_code == 404


class TestWhatIsAsked:
    @pytest.mark.parametrize(
        ("given", "path"),
        [
            ({"rail": "direct_debit"}, "mandate"),
            ({**body(), "rail": "card"}, "card"),
            ({**body(), "card": MerchantClient.CARD}, "card"),
            ({"rail": "card", "card": MerchantClient.CARD, "mandate": body()["mandate"]}, "mandate"),
            ({"rail": "cash"}, "rail"),
            (body("12345"), "mandate.accountNumber"),
            (body(bankCode="GTB"), "mandate.bankCode"),
            (body(ceiling=0), "mandate.ceiling"),
            (body(currency="XXX"), "mandate.currency"),
            ({}, "card"),
        ],
    )
    async def test_is_told_where_it_makes_no_sense(self, api: MerchantClient, given, path):
        customer = await api.customer()
        answer = await api.post(f"/v1/customers/{customer['id']}/payment-methods", given)
        assert answer.status_code == 422
        assert path in {fault["path"] for fault in answer.json()["error"]["details"]}
