from collections.abc import Mapping
from typing import Any, ClassVar, TypeAlias, cast, final

import httpx

Json: TypeAlias = dict[str, Any]


@final
class MerchantClient:
    """A merchant's server as a test plays it: the shortest way to what a test is about."""

    CARD: ClassVar[Mapping[str, object]] = {"number": "4242424242424242", "expMonth": 12, "expYear": 2030, "cvc": "123"}

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def post(self, path: str, body: object = None, *, key: str | None = None) -> httpx.Response:
        headers = {} if key is None else {"Idempotency-Key": key}
        return await self.http.post(path, json=body, headers=headers)

    async def made(self, path: str, body: object) -> Json:
        answer = await self.post(path, body)
        assert answer.status_code == 201, answer.text
        return cast("Json", answer.json())

    async def plan(self, **changes: object) -> Json:
        body = {"name": "Gold", "amount": 500000, "currency": "NGN", "interval": "month", **changes}
        return await self.made("/v1/plans", body)

    async def customer(self, **changes: object) -> Json:
        return await self.made("/v1/customers", {"email": "ada@example.com", **changes})

    async def card(self, customer: Json, number: str = "4242424242424242") -> Json:
        path = f"/v1/customers/{customer['id']}/payment-methods"
        return await self.made(path, {"card": {**self.CARD, "number": number}})

    async def order(self, *, number: str = "4242424242424242", **plan: object) -> Json:
        """Make everything a subscription needs, and give the body that starts it."""
        customer = await self.customer()
        method = await self.card(customer, number)
        return {
            "customerId": customer["id"],
            "planId": (await self.plan(**plan))["id"],
            "paymentMethodId": method["id"],
        }

    async def subscription(self, *, number: str = "4242424242424242", **plan: object) -> Json:
        return await self.made("/v1/subscriptions", await self.order(number=number, **plan))

    async def read(self, path: str, **params: str | int) -> Json:
        answer = await self.http.get(path, params=params)
        assert answer.status_code == 200, answer.text
        return cast("Json", answer.json())

    async def event_types(self, subscription_id: str) -> list[str]:
        page = await self.read("/v1/events", subscriptionId=subscription_id, limit=100)
        return [event["type"] for event in sorted(page["items"], key=lambda event: event["sequence"])]
