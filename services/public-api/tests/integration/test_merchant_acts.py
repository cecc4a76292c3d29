from duro.testkit.merchant_client import MerchantClient


class TestPlans:
    async def test_are_made_read_changed_and_archived(self, either: MerchantClient):
        plan = await either.plan(trialDays=7, maxCycles=12)
        assert plan["archived"] is False
        assert await either.read(f"/v1/plans/{plan['id']}") == plan
        changed = (await either.http.patch(f"/v1/plans/{plan['id']}", json={"amount": 1, "maxCycles": None})).json()
        assert (changed["amount"], changed["maxCycles"], changed["trialDays"]) == (1, None, 7)
        archived = await either.post(f"/v1/plans/{plan['id']}/archive")
        assert archived.json()["archived"] is True
        again = await either.post(f"/v1/plans/{plan['id']}/archive")
        assert again.json() == archived.json()
        assert (await either.read("/v1/plans", archived="false"))["items"] == []
        assert len((await either.read("/v1/plans", archived="true"))["items"]) == 1

    async def test_touch_later_subscriptions_only_when_changed(self, api: MerchantClient):
        order = await api.order()
        first = await api.made("/v1/subscriptions", order)
        await api.http.patch(f"/v1/plans/{order['planId']}", json={"amount": 700000})
        second = await api.made("/v1/subscriptions", order)
        first = await api.read(f"/v1/subscriptions/{first['id']}")
        assert (first["terms"]["amount"], second["terms"]["amount"]) == (500000, 700000)

    async def test_start_no_subscription_once_archived(self, api: MerchantClient):
        order = await api.order()
        await api.post(f"/v1/plans/{order['planId']}/archive")
        answer = await api.post("/v1/subscriptions", order)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "plan_archived")


class TestCustomers:
    async def test_are_made_found_and_changed(self, either: MerchantClient):
        customer = await either.customer(ref="user:1", name="Ada", metadata={"a": "b"})
        assert await either.read(f"/v1/customers/{customer['id']}") == customer
        assert await either.read("/v1/customers/ref/user:1") == customer
        assert (await either.read("/v1/customers", email="ada@example.com"))["items"] == [customer]
        changed = await either.http.patch(
            f"/v1/customers/{customer['id']}",
            json={"name": None, "phone": "+2348012345678", "whatsappConsent": True},
        )
        assert (changed.json()["name"], changed.json()["phone"], changed.json()["ref"]) == (
            None,
            "+2348012345678",
            "user:1",
        )
        assert (customer["whatsappConsent"], changed.json()["whatsappConsent"]) == (False, True)

    async def test_share_no_reference(self, api: MerchantClient):
        await api.customer(ref="same")
        second = await api.customer(ref="other")
        made = await api.post("/v1/customers", {"email": "b@example.com", "ref": "same"})
        changed = await api.http.patch(f"/v1/customers/{second['id']}", json={"ref": "same"})
        for answer in (made, changed):
            assert (answer.status_code, answer.json()["error"]["code"]) == (409, "customer_ref_taken")


class TestPaymentMethods:
    async def test_are_saved_listed_and_removed_without_ever_showing_the_number(self, either: MerchantClient):
        customer = await either.customer()
        method = await either.card(customer)
        assert (method["brand"], method["last4"], method["provider"]) == ("visa", "4242", "simulated")
        assert "token" not in method
        listed = await either.read(f"/v1/customers/{customer['id']}/payment-methods")
        assert listed["items"] == [method]
        assert await either.read(f"/v1/payment-methods/{method['id']}") == method
        removed = await either.post(f"/v1/payment-methods/{method['id']}/detach")
        assert removed.json()["detachedAt"] is not None
        assert (await either.read(f"/v1/customers/{customer['id']}/payment-methods"))["items"] == []
        again = await either.post(f"/v1/payment-methods/{method['id']}/detach")
        assert again.json() == removed.json()

    async def test_are_refused_when_the_provider_knows_no_such_card(self, api: MerchantClient):
        customer = await api.customer()
        path = f"/v1/customers/{customer['id']}/payment-methods"
        answer = await api.post(path, {"card": {**api.CARD, "number": "4111111111111111"}})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "card_refused")
        assert "4111" not in answer.text

    async def test_belong_to_a_customer_who_exists(self, api: MerchantClient):
        path = "/v1/customers/cus_01jxk8m3s4e5f6g7h8j9k0m1n2/payment-methods"
        assert (await api.post(path, {"card": api.CARD})).status_code == 404
        assert (await api.http.get(path)).status_code == 404

    async def test_start_no_subscription_for_someone_else_or_once_removed(self, api: MerchantClient):
        order = await api.order()
        other = await api.customer()
        foreign = await api.post("/v1/subscriptions", {**order, "customerId": other["id"]})
        assert foreign.status_code == 404
        await api.post(f"/v1/payment-methods/{order['paymentMethodId']}/detach")
        removed = await api.post("/v1/subscriptions", order)
        assert (removed.status_code, removed.json()["error"]["code"]) == (409, "payment_method_detached")


class TestEvents:
    async def test_are_listed_by_subscription_and_type_and_read_one_by_one(self, either: MerchantClient):
        subscription = await either.subscription()
        other = await either.subscription()
        page = await either.read("/v1/events", subscriptionId=subscription["id"])
        assert {event["subscriptionId"] for event in page["items"]} == {subscription["id"]}
        assert sorted(event["sequence"] for event in page["items"]) == [1, 2, 3, 4]
        created = await either.read("/v1/events", type="subscription_created")
        assert {event["subscriptionId"] for event in created["items"]} == {subscription["id"], other["id"]}
        event = created["items"][0]
        assert await either.read(f"/v1/events/{event['id']}") == event


class TestMessages:
    async def test_are_listed_by_payer_and_subscription_and_read_one_by_one(self, either: MerchantClient):
        subscription = await either.subscription()
        await either.subscription()
        page = await either.read("/v1/messages", subscriptionId=subscription["id"])
        listed = page["items"]
        assert {(one["kind"], one["status"], one["channel"]) for one in listed} == {
            ("receipt", "pending", None),
            ("welcome", "pending", None),
        }
        message = listed[0]
        assert message["customerId"] == subscription["customerId"]
        assert (await either.read("/v1/messages", customerId=subscription["customerId"]))["items"] == listed
        assert len((await either.read("/v1/messages"))["items"]) == 4
        assert await either.read(f"/v1/messages/{message['id']}") == message


class TestPages:
    async def test_walk_a_list_newest_first_without_gap_or_repeat(self, api: MerchantClient):
        made = [(await api.customer(ref=f"c{number}"))["id"] for number in range(7)]
        seen: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            page = await api.read("/v1/customers", limit=3, **cursor)
            seen += [item["id"] for item in page["items"]]
            assert page["hasMore"] is (page["nextCursor"] is not None)
            if not page["hasMore"]:
                break
            cursor = {"cursor": page["nextCursor"]}
        assert seen == made[::-1]

    async def test_hold_twenty_unless_told_otherwise(self, api: MerchantClient):
        for number in range(21):
            await api.customer(ref=f"c{number}")
        page = await api.read("/v1/customers")
        assert (len(page["items"]), page["hasMore"]) == (20, True)

    async def test_are_empty_before_anything_was_made(self, either: MerchantClient):
        for path in ("plans", "customers", "subscriptions", "invoices", "events"):
            assert await either.read(f"/v1/{path}") == {"items": [], "hasMore": False, "nextCursor": None}
