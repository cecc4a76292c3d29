import httpx

CARD = {"number": "4242424242424242", "expMonth": 12, "expYear": 2030, "cvc": "123"}


class TestLoop:
    async def test_goes_from_a_plan_to_a_paid_subscription_over_http(self, api: httpx.AsyncClient):
        plan = (
            await api.post("/v1/plans", json={"name": "Gold", "amount": 500000, "currency": "NGN", "interval": "month"})
        ).json()
        customer = (await api.post("/v1/customers", json={"email": "ada@example.com", "ref": "u1"})).json()
        method = await api.post(f"/v1/customers/{customer['id']}/payment-methods", json={"card": CARD})
        assert method.status_code == 201, method.text
        started = await api.post(
            "/v1/subscriptions",
            json={"customerId": customer["id"], "planId": plan["id"], "paymentMethodId": method.json()["id"]},
        )
        assert started.status_code == 201, started.text
        assert started.json()["status"] == "active"
        invoices = (await api.get("/v1/invoices", params={"subscriptionId": started.json()["id"]})).json()
        invoice = (await api.get(f"/v1/invoices/{invoices['items'][0]['id']}")).json()
        assert invoice["transactions"][0]["status"] == "succeeded"
