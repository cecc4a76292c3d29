from duro.kernel import Clock
from duro.payments import SimulatedCard
from duro.testkit.merchant_client import Json, MerchantClient
from journey.spoken import Spoken


class Followed:
    """A subscription as its merchant sees it through the API, and what the merchant has been told of it so far."""

    def __init__(self, made: Json, client: MerchantClient, clock: Clock) -> None:
        self.id: str = made["id"]
        self.made = made
        self.path = f"/v1/subscriptions/{self.id}"
        self._client = client
        self._clock = clock
        self._told = 0

    async def is_told_nothing(self) -> None:
        """Nothing has happened since the merchant last asked."""
        await self.is_told()

    async def is_told(self, *types: str) -> None:
        """Exactly these events have happened since the merchant last asked, in this order, and all of them now."""
        instants = {event["createdAt"] for event in await self._fresh(types)}
        assert instants <= {self._clock.now().format_iso()}

    async def was_told(self, *types: str) -> None:
        """Exactly these events have happened since the merchant last asked, in this order, at whatever time."""
        await self._fresh(types)

    async def shows(self, **fields: object) -> None:
        """The subscription has these values now."""
        found = await self.read()
        assert {name: found[name] for name in fields} == fields

    async def was_billed(self, *lines: str) -> None:
        """Its invoices are these, in the order of their periods: `first day..last day status: attempts`."""
        assert [self._line(invoice) for invoice in await self.invoices()] == list(lines)

    async def told_its_payer(self, *lines: str) -> None:
        """Its payer was sent exactly these so far, in this order: `minute kind channel`, or why it was dropped."""
        page = await self._client.read("/v1/messages", subscriptionId=self.id, limit=100)
        assert not page["hasMore"]
        assert [self._message(message) for message in reversed(page["items"])] == list(lines)

    async def read(self) -> Json:
        return await self._client.read(self.path)

    async def invoices(self) -> list[Json]:
        """Every invoice with its attempts, in the order of their periods."""
        page = await self._client.read("/v1/invoices", subscriptionId=self.id, limit=100)
        assert not page["hasMore"]
        details = [await self._client.read(f"/v1/invoices/{item['id']}") for item in page["items"]]
        return sorted(details, key=lambda invoice: invoice["periodStart"])

    async def cancel(self, *, at_period_end: bool = False) -> Json:
        answer = await self._client.post(f"{self.path}/cancel", {"atPeriodEnd": at_period_end})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def keep(self) -> Json:
        answer = await self._client.http.patch(self.path, json={"cancelAtPeriodEnd": False})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def change(self, plan: Json | None = None, **body: object) -> Json:
        """Ask for another plan, or quantity, and give what was answered: the subscription and its invoice, if any."""
        if plan is not None:
            body["planId"] = plan["id"]
        return await self._done("change-plan", body)

    async def preview(self, plan: Json | None = None, **body: object) -> Json:
        if plan is not None:
            body["planId"] = plan["id"]
        return await self._done("preview", body)

    async def pause(self) -> Json:
        return await self._done("pause")

    async def resume(self) -> Json:
        return await self._done("resume")

    async def update(self, **fields: object) -> Json:
        answer = await self._client.http.patch(self.path, json=fields)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def pays_with(self, card: SimulatedCard) -> Json:
        """Save another card of the customer's and charge that from now on."""
        method = await self._client.card({"id": self.made["customerId"]}, card.number)
        return await self.update(paymentMethodId=method["id"])

    async def upcoming(self) -> Json:
        return await self._client.read(f"{self.path}/upcoming-invoice")

    async def is_refused(self, action: str, body: object = None, *, code: str) -> None:
        """The act answers 409 with this code."""
        answer = await self._client.post(f"{self.path}/{action}", body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, code)

    async def _done(self, action: str, body: object = None) -> Json:
        answer = await self._client.post(f"{self.path}/{action}", body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def _fresh(self, types: tuple[str, ...]) -> list[Json]:
        page = await self._client.read("/v1/events", subscriptionId=self.id, limit=100)
        assert not page["hasMore"]
        events = sorted(page["items"], key=lambda event: event["sequence"])
        assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
        fresh = events[self._told :]
        assert [event["type"] for event in fresh] == list(types)
        self._told = len(events)
        return fresh

    @staticmethod
    def _message(message: Json) -> str:
        status = message["status"]
        fate = {"sent": None, "dropped": message["outcome"]}.get(status, status)
        return " ".join(filter(None, (Spoken.minute(message["settledAt"]), message["kind"], message["channel"], fate)))

    @staticmethod
    def _line(invoice: Json) -> str:
        attempts = " ".join(
            " ".join(filter(None, (attempt["status"], attempt["failureCode"]))) for attempt in invoice["transactions"]
        )
        return f"{invoice['periodStart'][:10]}..{invoice['periodEnd'][:10]} {invoice['status']}: {attempts or 'none'}"
