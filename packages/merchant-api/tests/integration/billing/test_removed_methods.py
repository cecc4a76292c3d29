"""A card that is removed while its subscription renews: one of the two comes first, and the other one notices."""

import asyncio
from dataclasses import replace

import pytest

from duro.db.records import AttemptStatus
from duro.kernel import ConflictError, PaymentAttemptId
from duro.merchant_api.billing import GatewayRegistry, RenewalOutcome
from duro.merchant_api.payment_methods import DetachPaymentMethod, MandateService
from duro.payments import SimulatedCard
from duro.testkit.builders import PaymentMethodBuilder, SubscriptionBuilder
from duro.testkit.deadline import Deadline

SOON = Deadline(10)

_WAITING = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"


class HeldReceipt:
    """A receipt that keeps the transaction open between the effect and its end."""

    def __init__(self) -> None:
        self.is_written = asyncio.Event()
        self.may_end = asyncio.Event()

    async def claim(self, repos, ids):
        return ids

    async def sign(self, repos, result) -> None:
        self.is_written.set()
        await self.may_end.wait()


@pytest.fixture
def detach(loop, gateway, ids, clock) -> DetachPaymentMethod:
    gateways = GatewayRegistry(loop.contexts.mode, [gateway], is_development=True)
    return DetachPaymentMethod(loop.contexts, MandateService(loop.contexts, gateways, clock=clock), ids, clock)


async def due(loop, card: SimulatedCard = SimulatedCard.APPROVE):
    customer = await loop.merchant.customer()
    method = await loop.merchant.payment_method(customer, PaymentMethodBuilder(card=card))
    return method, await loop.merchant.subscription(customer=customer, method=method, builder=SubscriptionBuilder())


async def somebody_waits(loop) -> None:
    async def is_waiting() -> bool:
        async with loop.admin.acquire() as connection:
            return bool(await connection.fetchval(_WAITING))

    await SOON.until(is_waiting)


class TestARemovedMethod:
    async def test_is_not_charged_by_a_claim_that_waited_for_the_removal(self, loop, detach):
        method, subscription = await due(loop)
        receipt = HeldReceipt()
        removal = asyncio.create_task(detach.execute(loop.merchant.tenant.id, method.id, receipt))
        await receipt.is_written.wait()
        renewal = asyncio.create_task(loop.renew(subscription.id))
        await somebody_waits(loop)

        receipt.may_end.set()
        await removal

        assert await renewal is RenewalOutcome.DUNNING
        [(_, attempts)] = await loop.invoices(subscription.id)
        assert attempts == ()
        assert await loop.audit() == ()

    async def test_is_not_charged_by_a_later_claim(self, loop, detach):
        method, subscription = await due(loop)
        await detach.execute(loop.merchant.tenant.id, method.id)

        assert await loop.renew(subscription.id) is RenewalOutcome.DUNNING

    async def test_stays_while_a_charge_to_it_has_no_known_end(self, loop, detach):
        method, subscription = await due(loop, SimulatedCard.TIMEOUT_AFTER)
        await loop.renew(subscription.id)

        with pytest.raises(ConflictError, match="in progress"):
            await detach.execute(loop.merchant.tenant.id, method.id)

    async def test_stays_when_a_claim_that_it_waited_for_begins_a_charge(self, loop, detach, ids):
        method, subscription = await due(loop, SimulatedCard.INSUFFICIENT_FUNDS)
        await loop.renew(subscription.id)
        [(_, [declined])] = await loop.invoices(subscription.id)
        again = replace(declined, id=ids.new(PaymentAttemptId), status=AttemptStatus.PENDING, settled_at=None)
        async with loop.contexts.open(loop.merchant.tenant.id) as repos:
            await repos.attempts.insert(again)
            removal = asyncio.create_task(detach.execute(loop.merchant.tenant.id, method.id))
            await somebody_waits(loop)

        with pytest.raises(ConflictError, match="in progress"):
            await removal
