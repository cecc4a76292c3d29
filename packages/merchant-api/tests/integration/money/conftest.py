"""What a merchant decides about money, over the loop and a provider that can be told what to answer."""

from dataclasses import dataclass, field

import pytest
from whenever import TimeDelta

from duro.db.records import InvoiceStatus
from duro.merchant_api.billing import GatewayRegistry, RefundService
from duro.merchant_api.billing.collection import Collection
from duro.merchant_api.credit import GetCredit, GrantCredit, GrantCreditCommand
from duro.merchant_api.invoices import MarkInvoiceUncollectible, PayInvoice, PayInvoiceCommand, VoidInvoice
from duro.merchant_api.refunds import CancelRefund, RefundInvoice, RefundInvoiceCommand, RetryRefund
from duro.merchant_api.subscriptions import CancelSubscription, CancelSubscriptionCommand
from duro.payments import SimulatedCard, Unknown
from duro.testkit.builders import PaymentMethodBuilder, SubscriptionBuilder

LEASE = TimeDelta(seconds=60)


class Tamed:
    """The simulated provider, but for the refunds it is told to answer otherwise, and the charges it swallows."""

    def __init__(self, inner) -> None:
        self._inner = inner
        self.refund_answers = []
        self.refunds_sent = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    async def refund(self, request):
        self.refunds_sent.append(request.reference)
        if not self.refund_answers:
            return await self._inner.refund(request)
        answer = self.refund_answers.pop(0)
        if answer == "taken":
            await self._inner.refund(request)
            return Unknown("No answer.")
        return answer


class Trusted:
    """A clock that is right."""

    async def check(self) -> None: ...


@dataclass
class Till:
    """Every act about money, for the merchant of the loop."""

    loop: object
    gateway: Tamed
    clock: object
    ids: object
    refunds: RefundService = field(init=False)

    def __post_init__(self) -> None:
        contexts, guard = self.loop.contexts, Trusted()
        gateways = GatewayRegistry(contexts.mode, [self.gateway], is_development=True)
        parts = {"ids": self.ids, "clock": self.clock}
        self.refunds = RefundService(contexts, gateways, lease=LEASE, **parts)
        collection = Collection(contexts, gateways, lease=LEASE, **parts)
        self._pay = PayInvoice(contexts, collection, guard, **parts)
        self._void = VoidInvoice(contexts, self.ids, self.clock)
        self._mark = MarkInvoiceUncollectible(contexts, self.ids, self.clock)
        self._refund = RefundInvoice(contexts, self.refunds, guard, **parts)
        self._retry = RetryRefund(contexts, self.refunds, guard, **parts)
        self._cancel_refund = CancelRefund(contexts, self.ids, self.clock)
        self._grant = GrantCredit(contexts, self.ids, self.clock)
        self._credit = GetCredit(contexts)
        self._cancel = CancelSubscription(contexts, self.ids, self.clock)

    @property
    def tenant_id(self):
        return self.loop.merchant.tenant.id

    async def due(self, card=SimulatedCard.APPROVE, *, plan=None, **builder):
        customer = await self.loop.merchant.customer()
        method = await self.loop.merchant.payment_method(customer, PaymentMethodBuilder(card=card))
        return await self.loop.merchant.subscription(
            plan=plan, customer=customer, method=method, builder=SubscriptionBuilder(**builder)
        )

    async def paid(self, **builder):
        """Give a renewed subscription, its invoice and the attempt that paid it."""
        subscription = await self.due(**builder)
        await self.loop.renew(subscription.id)
        [(invoice, [attempt])] = await self.loop.invoices(subscription.id)
        assert invoice.status is InvoiceStatus.PAID
        return subscription, invoice, attempt

    async def past_due(self, *, credit=0, plan=None):
        """Give a subscription whose renewal was declined, with credit in its invoice."""
        subscription = await self.due(SimulatedCard.INSUFFICIENT_FUNDS, plan=plan)
        if credit:
            await self.grant(subscription, credit)
        await self.loop.renew(subscription.id)
        return subscription, await self.invoice(subscription)

    async def card(self, subscription, card):
        async with self.loop.contexts.open(self.tenant_id) as repos:
            customer = await repos.customers.get(subscription.customer_id)
        return await self.loop.merchant.payment_method(customer, PaymentMethodBuilder(card=card))

    async def invoice(self, subscription):
        [*_, (invoice, _)] = await self.loop.invoices(subscription.id)
        return invoice

    async def case(self, invoice):
        async with self.loop.contexts.open(self.tenant_id) as repos:
            return await repos.dunning.of_invoice(invoice.id)

    async def refund_of(self, refund_id):
        async with self.loop.contexts.open(self.tenant_id) as repos:
            return await repos.refunds.get(refund_id)

    async def refund(self, invoice, amount=None):
        return await self._refund.execute(self.tenant_id, RefundInvoiceCommand(invoice_id=invoice.id, amount=amount))

    async def retry(self, refund):
        return await self._retry.execute(self.tenant_id, refund.id)

    async def give_up(self, refund):
        return await self._cancel_refund.execute(self.tenant_id, refund.id)

    async def void(self, invoice):
        return (await self._void.execute(self.tenant_id, invoice.id)).invoice

    async def mark(self, invoice):
        return (await self._mark.execute(self.tenant_id, invoice.id)).invoice

    async def pay(self, invoice, method=None):
        command = PayInvoiceCommand(invoice_id=invoice.id, payment_method_id=None if method is None else method.id)
        return await self._pay.execute(self.tenant_id, command)

    async def grant(self, subscription, amount):
        command = GrantCreditCommand(subscription_id=subscription.id, amount=amount, reason="sorry")
        return await self._grant.execute(self.tenant_id, command)

    async def cancel(self, subscription):
        await self._cancel.execute(self.tenant_id, CancelSubscriptionCommand(subscription_id=subscription.id))

    async def balance(self, subscription):
        return (await self.loop.subscription(subscription.id)).balance.amount

    async def resolve(self, attempt):
        """Let the lease of a pending attempt run out, and find out what became of it."""
        self.clock.advance(LEASE)
        return await self.loop.pending.resolve(self.tenant_id, attempt.id)

    async def is_in_order(self):
        assert await self.loop.audit() == ()


@pytest.fixture
async def till(loop, gateway, clock):
    """Give the till; whatever a test did with it, the books are in order at its end."""
    till = Till(loop=loop, gateway=Tamed(gateway), clock=clock, ids=loop.ids)
    yield till
    await till.is_in_order()
