"""A refund is sent like a charge: once, in time, and never on a guess."""

import pytest
from whenever import TimeDelta

from duro.db.records import RefundStatus
from duro.merchant_api.billing import GatewayRegistry, RefundService
from duro.merchant_api.subscriptions import CancelSubscription, CancelSubscriptionCommand
from duro.payments import NotFound, Refunded, RefundRefused, SimulatedCard, Unknown
from duro.testkit.builders import PaymentMethodBuilder

LEASE = TimeDelta(seconds=60)


class ScriptedGateway:
    """A provider that answers as told, takes its time over look-ups, and counts what it is sent."""

    name = "simulated"
    is_moving_money = False
    settle_window = TimeDelta(seconds=20)

    def __init__(self, clock, *, is_idempotent: bool = True, lookup_takes: TimeDelta | None = None) -> None:
        self.has_idempotent_references = is_idempotent
        self.answer = Unknown("No answer.")
        self.sent: list[str] = []
        self._clock = clock
        self._lookup_takes = lookup_takes

    async def lookup_refund(self, reference):
        if self._lookup_takes is not None:
            self._clock.advance(self._lookup_takes)
        return NotFound()

    async def refund(self, request):
        self.sent.append(request.reference)
        return self.answer


@pytest.fixture
async def refund(loop, clock, ids):
    """The refund of a charge whose subscription was canceled in flight."""
    customer = await loop.merchant.customer()
    method = await loop.merchant.payment_method(customer, PaymentMethodBuilder(card=SimulatedCard.TIMEOUT_AFTER))
    subscription = await loop.merchant.subscription(customer=customer, method=method)
    await loop.renew(subscription.id)
    cancel = CancelSubscription(loop.contexts, ids, clock)
    await cancel.execute(loop.merchant.tenant.id, CancelSubscriptionCommand(subscription_id=subscription.id))
    [(_, [attempt])] = await loop.invoices(subscription.id)
    clock.advance(LEASE)
    await loop.pending.resolve(loop.merchant.tenant.id, attempt.id)
    async with loop.contexts.open(loop.merchant.tenant.id) as repos:
        [found] = await repos.refunds.of_attempt(attempt.id)
    return found


def service(loop, gateway, *, clock, ids) -> RefundService:
    gateways = GatewayRegistry(loop.contexts.mode, [gateway], is_development=True)
    return RefundService(loop.contexts, gateways, ids=ids, clock=clock, lease=LEASE)


class TestARefund:
    async def test_without_an_answer_is_sent_again_once_its_lease_is_over(self, loop, refund, clock, ids):
        gateway, tenant_id = ScriptedGateway(clock), loop.merchant.tenant.id
        refunds = service(loop, gateway, clock=clock, ids=ids)

        assert await refunds.process(tenant_id, refund.id) is RefundStatus.PENDING
        assert await refunds.process(tenant_id, refund.id) is None
        clock.advance(LEASE)
        gateway.answer = Refunded(refund.reference, refund.amount)
        assert await refunds.process(tenant_id, refund.id) is RefundStatus.SUCCEEDED

        assert gateway.sent == [refund.reference] * 2
        assert await loop.audit() == ()

    async def test_is_not_sent_twice_to_a_provider_that_could_give_back_twice(self, loop, refund, clock, ids):
        gateway, tenant_id = ScriptedGateway(clock, is_idempotent=False), loop.merchant.tenant.id
        refunds = service(loop, gateway, clock=clock, ids=ids)

        assert await refunds.process(tenant_id, refund.id) is RefundStatus.PENDING
        clock.advance(LEASE)
        assert await refunds.process(tenant_id, refund.id) is RefundStatus.NEEDS_ATTENTION

        assert gateway.sent == [refund.reference]
        assert await loop.audit() == ()

    async def test_is_not_sent_by_one_who_was_held_up_until_another_may_send_it(self, loop, refund, clock, ids):
        gateway = ScriptedGateway(clock, lookup_takes=LEASE - TimeDelta(seconds=19))
        refunds = service(loop, gateway, clock=clock, ids=ids)

        assert await refunds.process(loop.merchant.tenant.id, refund.id) is RefundStatus.PENDING

        assert gateway.sent == []

    async def test_that_is_refused_needs_a_person_and_stays_owed(self, loop, refund, clock, ids):
        gateway = ScriptedGateway(clock)
        gateway.answer = RefundRefused("closed", "The account is closed.")
        refunds = service(loop, gateway, clock=clock, ids=ids)

        assert await refunds.process(loop.merchant.tenant.id, refund.id) is RefundStatus.NEEDS_ATTENTION
        assert await refunds.process(loop.merchant.tenant.id, refund.id) is None

        assert (await loop.balances())["refund_payable"] == -500_000
        assert await loop.audit() == ()
