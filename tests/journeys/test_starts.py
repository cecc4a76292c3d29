"""A start that is asked for twice."""

import asyncio

from journey import Shop, World

STARTED = ("subscription_created", "invoice_created", "subscription_activated", "subscription_payment_success")


class TestAStartUnderOneIdempotencyKey:
    async def test_makes_one_subscription_and_one_charge_however_often_it_is_asked(self, world: World, shop: Shop):
        order = await shop.client.order()
        first = await shop.client.post("/v1/subscriptions", order, key="order-1042")
        again = await shop.client.post("/v1/subscriptions", order, key="order-1042")
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.content == again.content
        assert again.headers["Idempotent-Replayed"] == "true"
        subscription = shop.follow(first.json())
        await subscription.is_told(*STARTED)
        assert await world.taken() == [500_000]

        await world.reach("2026-02-01T08:59:59Z")
        late = await shop.client.post("/v1/subscriptions", order, key="order-1042")
        assert late.content == first.content
        await subscription.is_told_nothing()
        assert [item["id"] for item in (await shop.client.read("/v1/subscriptions"))["items"]] == [subscription.id]
        assert await world.taken() == [500_000]

        assert await world.reach("2026-02-28") == [subscription.id]
        await subscription.is_told("invoice_created", "subscription_payment_success")
        assert await world.reach("2026-03-01") == []
        await subscription.is_told_nothing()
        assert await world.taken() == [500_000] * 2

    async def test_makes_one_of_ten_asked_at_once(self, world: World, shop: Shop):
        order = await shop.client.order()
        answers = await asyncio.gather(
            *(shop.client.post("/v1/subscriptions", order, key="order-1042") for _ in range(10))
        )
        assert {answer.status_code for answer in answers} <= {201, 409}
        made = {answer.json()["id"]: answer.json() for answer in answers if answer.status_code == 201}
        (body,) = made.values()
        subscription = shop.follow(body)
        await subscription.is_told(*STARTED)
        assert await world.reach("2026-02-01") == []
        await subscription.is_told_nothing()
        assert await world.taken() == [500_000]
