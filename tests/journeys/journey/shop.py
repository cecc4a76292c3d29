from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from duro.db.records import DunningSchedule
from duro.kernel import Clock, InvoiceId, Mode
from duro.payments import SimulatedCard
from duro.testkit.merchant_client import MerchantClient
from duro.testkit.staged_merchant import StagedMerchant
from journey.banks import TRUST
from journey.case import Case
from journey.followed import Followed


class Shop:
    """A merchant's own server in one mode: it knows its key and the API's address, and nothing else."""

    def __init__(self, merchant: StagedMerchant, client: MerchantClient, clock: Clock) -> None:
        self.merchant = merchant
        self.client = client
        self._clock = clock

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, merchant: StagedMerchant, clock: Clock) -> AsyncIterator["Shop"]:
        headers = {"Authorization": f"Bearer {merchant.secret.text}"}
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30, trust_env=False, verify=TRUST) as http:
            yield cls(merchant, MerchantClient(http), clock)

    @property
    def mode(self) -> Mode:
        return self.merchant.mode

    async def starts(
        self,
        card: SimulatedCard = SimulatedCard.APPROVE,
        *,
        paid_until: str | None = None,
        billing_day: int | None = None,
        phone: str | None = None,
        **plan: object,
    ) -> Followed:
        """Start a subscription for a new customer with this card on a new plan, NGN 5,000.00 a month unless told."""
        order = await self.client.order(number=card.number, **plan)
        if phone is not None:
            answer = await self.client.http.patch(f"/v1/customers/{order['customerId']}", json={"phone": phone})
            assert answer.status_code == 200, answer.text
        if paid_until is not None:
            order["currentPeriodEnd"] = paid_until
        if billing_day is not None:
            order["billingDay"] = billing_day
        return self.follow(await self.client.made("/v1/subscriptions", order))

    def follow(self, made: dict[str, object]) -> Followed:
        return Followed(made, self.client, self._clock)

    async def leaves_recovery_to_people(self) -> None:
        """Have nothing tried again and nobody asked for anything by itself."""
        await self.recovers(autoRecovery=False)

    async def recovers(self, **settings: object) -> None:
        """Change how failed charges are worked."""
        answer = await self.client.http.patch("/v1/settings/recovery", json=settings)
        assert answer.status_code == 200, answer.text

    async def case_of(self, subscription: Followed) -> Case:
        """Find the latest recovery case of a subscription."""
        page = await self.client.read("/v1/recovery/schedules", subscriptionId=subscription.id)
        return Case(page["items"][0]["id"], self.client)

    async def lets_recovery_rest(self, invoice_id: str) -> None:
        """Have nobody work on the case of an invoice for as long as the journey lasts."""
        case = await self.recovery_of(invoice_id)
        assert case is not None
        answer = await self.client.post(f"/v1/recovery/schedules/{case.id}/pause")
        assert answer.status_code == 200, answer.text

    async def recovery_of(self, invoice_id: str) -> DunningSchedule | None:
        """Look into the database for what the API doesn't show yet: the recovery of an invoice."""
        async with self.merchant.contexts.open(self.merchant.tenant.id) as repos:
            return await repos.dunning.of_invoice(InvoiceId.parse(invoice_id))
