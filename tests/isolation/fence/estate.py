from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import httpx
from whenever import TimeDelta

from duro.billing import InvoiceLine, PendingLine, Subscription, SubscriptionStatus
from duro.db.records import DunningSchedule, Invoice, Refund
from duro.db.states import DunningState, InvoiceKind, InvoiceStatus, RefundStatus
from duro.kernel import (
    Clock,
    DunningScheduleId,
    IdFactory,
    InvoiceId,
    MessageId,
    Mode,
    Money,
    PaymentAttemptId,
    PaymentRequestId,
    PlanId,
    RefundId,
    SubscriptionId,
    TenantId,
    TestClockId,
)
from duro.payments import SimulatedCard
from duro.payments.simulated import SimulatedBankAccount
from duro.testkit.builders import PlanBuilder, SubscriptionBuilder
from duro.testkit.merchant_client import MerchantClient
from duro.testkit.staged_merchant import StagedMerchant
from fence.routes import Route, Slot
from fence.rows import RECOVERY

NEEDS = {
    "POST /v1/invoices/{invoiceId}/mark-uncollectible": {"inv": "open_inv"},
    "POST /v1/invoices/{invoiceId}/pay": {"inv": "open_inv", "pm": "open_pm"},
    "POST /v1/invoices/{invoiceId}/void": {"inv": "open_inv"},
    "POST /v1/refunds/{refundId}/cancel": {"rfd": "refused_rfd"},
    "POST /v1/refunds/{refundId}/retry": {"rfd": "refused_rfd"},
    "POST /v1/subscriptions/{subscriptionId}/resume": {"sub": "paused_sub"},
    "GET /v1/subscriptions/{subscriptionId}/credit": {"sub": "credit_sub"},
}
"""Where any thing of a kind won't do: what a route needs in its place, so that it serves the owner."""

BODIES: Mapping[str, Mapping[str, object]] = {}
"""Where the documented example won't do for what stands here."""


@dataclass(frozen=True)
class Estate:
    """What one merchant has in one mode: at least a row in every table, and the name of one thing of every kind."""

    merchant: StagedMerchant
    names: Mapping[str, str]

    @property
    def tenant_id(self) -> TenantId:
        return self.merchant.tenant.id

    @property
    def owner(self) -> UUID:
        return self.tenant_id.value

    @property
    def secret(self) -> str:
        return self.merchant.secret.text

    @property
    def schema(self) -> str:
        return self.merchant.mode.value

    @property
    def by_mandate(self) -> "Estate":
        """The same one, of which another saved method is named: a bank account that its owner approved debits of."""
        mandate = self.names["mandate"]
        return replace(self, names={**self.names, "pm": mandate, "open_pm": mandate})

    def named(self, route: Route, slot: Slot) -> str:
        """Give what this estate has of the kind, as the route needs it to be.

        A KeyError means that estates must learn to have this, too.
        """
        needed = NEEDS.get(str(route), {}).get(slot.kind, slot.kind)
        return self.names.get(needed) or self.names[slot.kind]

    def request(self, route: Route, *, others: Mapping[Slot, str] | None = None) -> httpx.Request:
        """Build the request of a route over what stands here, but with others' names in some slots."""
        others = others or {}
        path = route.path
        for name, word in route.words.items():
            path = path.replace(f"{{{name}}}", word)
        for slot in route.slots_in("path"):
            path = path.replace(f"{{{slot.name}}}", others.get(slot) or self.named(route, slot))
        params = {slot.name: others[slot] for slot in route.slots_in("query") if slot in others}
        body: dict[str, Any] | None = None
        if route.body is not None:
            body = {**route.body, **BODIES.get(str(route), {})}
            for slot in route.slots_in("body"):
                self._put(body, slot.name.split("."), others.get(slot) or self.named(route, slot))
        return httpx.Request(route.method, f"http://api{path}", params=params, json=body)

    @classmethod
    def _put(cls, body: dict[str, Any], path: list[str], value: str) -> None:
        first, *rest = path
        if rest == ["0"]:
            body[first] = [value]
        elif rest:
            body[first] = dict(body.get(first) or {})
            cls._put(body[first], rest, value)
        else:
            body[first] = value


MANDATE = {
    "accountNumber": SimulatedBankAccount.WAIT.number,
    "bankCode": "058",
    "ceiling": 2_000_000,
    "currency": "NGN",
}
PAST_DUE = "update {schema}.subscriptions set status = 'past_due' where tenant_id = $1 and id = $2"


class Settled:
    """Furnishes estates: through the API where it can, as an administrator where it can't."""

    def __init__(self, api_url: str, *, clock: Clock, ids: IdFactory) -> None:
        self._api_url = api_url
        self._clock = clock
        self._ids = ids

    async def estate(self, merchant: StagedMerchant) -> Estate:
        headers = {"Authorization": f"Bearer {merchant.secret.text}"}
        async with httpx.AsyncClient(base_url=self._api_url, headers=headers, timeout=30, trust_env=False) as http:
            client = MerchantClient(http)
            estate = await self._begun(merchant, client)
            made = await self._made(merchant, client)
            names = {**estate.names, **made, **await self._beyond_the_api(estate), **await self._work(estate, client)}
        return replace(estate, names=names)

    async def _begun(self, merchant: StagedMerchant, client: MerchantClient) -> Estate:
        ref = f"ref-{self._ids.new(PlanId).suffix}"
        plan = await client.plan()
        customer = await client.customer(ref=ref)
        method = await client.card(customer)
        order = {"customerId": customer["id"], "planId": plan["id"], "paymentMethodId": method["id"]}
        begun = await client.post("/v1/subscriptions", order, key=ref)
        assert begun.status_code == 201, begun.text
        subscription = begun.json()
        invoice = (await client.read("/v1/invoices", subscriptionId=subscription["id"]))["items"][0]
        detail = await client.read(f"/v1/invoices/{invoice['id']}")
        event = (await client.read("/v1/events", subscriptionId=subscription["id"]))["items"][0]
        promo = await client.made("/v1/promo-codes", {"code": ref, "percentOff": 10, "duration": "once"})
        names = {
            "promo": promo["id"],
            "code": promo["code"],
            "plan": plan["id"],
            "cus": customer["id"],
            "ref": ref,
            "pm": method["id"],
            "sub": subscription["id"],
            "inv": invoice["id"],
            "txn": detail["transactions"][0]["id"],
            "evt": event["id"],
        }
        return Estate(merchant, names)

    async def _made(self, merchant: StagedMerchant, client: MerchantClient) -> dict[str, str]:
        """Make what is there only after something happened: credit, a pause, an invoice that nobody could pay."""
        begun = await client.subscription()
        paused = await client.post(f"/v1/subscriptions/{begun['id']}/pause")
        assert paused.status_code == 200, paused.text
        await client.made(
            f"/v1/subscriptions/{begun['id']}/credit", {"amount": 1, "currency": "NGN", "reason": "A gift"}
        )
        declined = await client.subscription(number=SimulatedCard.INSUFFICIENT_FUNDS.number)
        (invoice,) = (await client.read("/v1/invoices", subscriptionId=declined["id"]))["items"]
        card = await client.card({"id": declined["customerId"]})
        async with merchant.contexts.open(merchant.tenant.id) as repos:
            await repos.session.execute(PAST_DUE, SubscriptionId.parse(declined["id"]).value)
        words = {"whatsappTemplate": "their_receipt"}
        assert (await client.http.put("/v1/settings/messages/receipt", json=words)).is_success
        mandate = await client.made(
            f"/v1/customers/{declined['customerId']}/payment-methods", {"rail": "direct_debit", "mandate": MANDATE}
        )
        names = {"paused_sub": begun["id"], "credit_sub": begun["id"], "open_inv": invoice["id"], "open_pm": card["id"]}
        return {**names, "mandate": mandate["id"], "clk": await self._test_clock(merchant, client)}

    async def _test_clock(self, merchant: StagedMerchant, client: MerchantClient) -> str:
        """Give a test clock that a customer lives by; in live mode the name of none."""
        if merchant.mode is Mode.LIVE:
            return str(self._ids.new(TestClockId))
        clock = await client.made("/v1/test-clocks", {"name": "Next year"})
        await client.customer(testClockId=clock["id"])
        return str(clock["id"])

    async def _beyond_the_api(self, estate: Estate) -> dict[str, str]:
        """Put down what no route makes: refunds that wait or were refused, a recovery case, and a pending line."""
        now, names = self._clock.now(), estate.names
        owing = await estate.merchant.subscription(builder=SubscriptionBuilder(status=SubscriptionStatus.PAST_DUE))
        soon = SubscriptionBuilder(current_period_end=now + TimeDelta(hours=48))
        await estate.merchant.subscription(builder=soon)
        async with estate.merchant.contexts.open(estate.tenant_id) as repos:
            attempt = await repos.attempts.get(PaymentAttemptId.parse(names["txn"]))
            assert attempt is not None
            refund = Refund(
                id=self._ids.new(RefundId),
                attempt_id=attempt.id,
                invoice_id=attempt.invoice_id,
                status=RefundStatus.PENDING,
                amount=Money(1, attempt.amount.currency),
                reason="canceled_in_flight",
                claimed_until=now,
                created_at=now,
                settled_at=None,
            )
            refused = replace(refund, id=self._ids.new(RefundId), status=RefundStatus.NEEDS_ATTENTION, settled_at=now)
            await repos.refunds.insert(refund)
            await repos.refunds.insert(refused)
            invoice = self._unpaid(owing)
            await repos.invoices.insert(invoice)
            case = DunningSchedule(
                id=self._ids.new(DunningScheduleId),
                invoice_id=invoice.id,
                subscription_id=owing.id,
                state=DunningState.SCHEDULED,
                category="insufficient_funds",
                rail="card",
                attempts_made=1,
                next_attempt_at=None,
                reason="payment_failed",
                opened_at=now,
                closed_at=None,
                amount=invoice.total,
                wake_at=now,
            )
            await repos.dunning.insert(case)
            won = replace(
                case,
                id=self._ids.new(DunningScheduleId),
                invoice_id=attempt.invoice_id,
                subscription_id=attempt.subscription_id,
                state=DunningState.RECOVERED,
                wake_at=None,
                closed_at=now,
            )
            await repos.dunning.insert(won)
            pending = PendingLine("Carried forward", Money(1, attempt.amount.currency))
            await repos.pending_lines.add(case.subscription_id, [pending], now=now)
            message_id = self._ids.new(SubscriptionId).value
            request_id = self._ids.new(PaymentRequestId)
            known: dict[str, object] = {
                "id": message_id,
                "open request": request_id.value,
                "attempt": attempt.id.value,
                "case": case.id.value,
                "invoice": case.invoice_id.value,
                "subscription": case.subscription_id.value,
                "now": now,
            }
            for statement, wanted in RECOVERY:
                await repos.session.execute(statement, *(known[name] for name in wanted))
        return {
            "rfd": str(refund.id),
            "refused_rfd": str(refused.id),
            "dun": str(case.id),
            "msg": str(MessageId(message_id)),
            "prq": str(PaymentRequestId(message_id)),
            "open_prq": str(request_id),
        }

    def _unpaid(self, subscription: Subscription) -> Invoice:
        period, amount = subscription.next_period(), subscription.terms.amount
        nothing = Money.zero(amount.currency)
        return Invoice(
            id=self._ids.new(InvoiceId),
            subscription_id=subscription.id,
            customer_id=subscription.customer_id,
            idempotency_key=f"renewal_{subscription.id}",
            status=InvoiceStatus.OPEN,
            subtotal=amount,
            discount=nothing,
            credit_applied=nothing,
            total=amount,
            amount_paid=nothing,
            amount_refunded=nothing,
            period_start=period.start,
            period_end=period.end,
            paid_at=None,
            rail=None,
            created_at=self._clock.now(),
            kind=InvoiceKind.PERIOD,
            credit_granted=nothing,
            lines=(InvoiceLine.single("Owed", amount),),
        )

    async def _work(self, estate: Estate, client: MerchantClient) -> dict[str, str]:
        """Leave work for every job: what is due, what never started, and a charge nobody knows the end of."""
        merchant = estate.merchant
        due = await merchant.subscription(await merchant.plan(PlanBuilder(name="Due")))
        idle = await merchant.subscription(builder=SubscriptionBuilder(status=SubscriptionStatus.INCOMPLETE))
        unknown = await client.subscription(number=SimulatedCard.TIMEOUT_BEFORE.number)
        assert unknown["status"] == "incomplete"
        invoice = (await client.read("/v1/invoices", subscriptionId=unknown["id"]))["items"][0]
        attempt = (await client.read(f"/v1/invoices/{invoice['id']}"))["transactions"][0]
        return {"due": str(due.id), "idle": str(idle.id), "pending": attempt["id"]}

    @staticmethod
    def lease() -> TimeDelta:
        """How far to move the clock so that everything left to do may be done."""
        return TimeDelta(minutes=5)
