import asyncio
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest

from duro.db.pool import DatabasePool
from duro.testkit import PaymentMethodBuilder, RunningService, StagedMerchant
from storm.books import Books, GatewayBook


@dataclass
class Counter:
    """A shop that is open: one merchant, its API, and the gateway behind it."""

    merchant: StagedMerchant
    api: RunningService
    api_url: str
    gateway_url: str
    admin_url: str
    settings: dict[str, str]
    gateway: RunningService
    open_gateway: Callable[..., Awaitable[RunningService]]

    def subscribing(self, order):
        """Begin to subscribe."""
        return self.posting("/v1/subscriptions", order, key="order-1")

    def posting(self, path, body, *, key):
        """Begin to ask for something as a merchant's server would."""

        async def post():
            headers = {"Authorization": f"Bearer {self.merchant.secret.text}", "Idempotency-Key": key}
            async with httpx.AsyncClient(base_url=self.api_url, headers=headers, timeout=60) as client:
                return await client.post(path, json=body)

        return asyncio.create_task(post())

    async def change_gateway(self, *words):
        """Let the provider behave otherwise from here on; its ledger stays."""
        await self.gateway.terminate()
        self.gateway = await self.open_gateway(*words)

    @asynccontextmanager
    async def administrator(self):
        """Give an administrator's connection."""
        pool = await DatabasePool.open(self.admin_url, min_size=0, max_size=1)
        try:
            async with pool.acquire() as connection:
                yield connection
        finally:
            await pool.close()

    async def killed(self, waiting):
        """Kill the API with the request under way, and see that nobody got an answer."""
        self.api.kill_outright()
        with pytest.raises(httpx.TransportError):
            await waiting

    async def order(self, card):
        plan = await self.merchant.plan()
        customer = await self.merchant.customer()
        method = await self.merchant.payment_method(customer, PaymentMethodBuilder(card=card))
        return {"planId": str(plan.id), "customerId": str(customer.id), "paymentMethodId": str(method.id)}

    async def story(self):
        """Give everything known of the one subscription, or None before there is one."""
        return next(iter(await Books(self.admin_url).stories()), None)

    async def attempts(self):
        story = await self.story()
        return [] if story is None else story.attempts

    async def presented(self):
        return list((await GatewayBook.read(self.gateway_url)).lines.values())
