"""What a start refuses before anything is written."""

import pytest

from duro.db import PageRequest
from duro.kernel import Currency, InvalidInputError, Money
from duro.merchant_api.billing import GatewayRegistry
from duro.merchant_api.subscriptions import StartSubscription, StartSubscriptionCommand
from duro.testkit.builders import PlanBuilder

NGN = Currency("NGN")


@pytest.fixture
def start(loop, gateway, ids, clock) -> StartSubscription:
    gateways = GatewayRegistry(loop.contexts.mode, [gateway], is_development=True)
    return StartSubscription(loop.contexts, loop.billing, gateways, ids, clock)


class TestAStart:
    async def test_is_refused_when_one_period_costs_more_than_any_amount_may_be(self, loop, start):
        plan = await loop.merchant.plan(PlanBuilder(amount=Money(1_000_000_000, NGN)))
        customer = await loop.merchant.customer()
        command = StartSubscriptionCommand(customer_id=customer.id, plan_id=plan.id, quantity=1_000)

        with pytest.raises(InvalidInputError) as refusal:
            await start.execute(loop.merchant.tenant.id, command)

        assert [fault.path for fault in refusal.value.faults] == ["quantity"]
        async with loop.contexts.open(loop.merchant.tenant.id) as repos:
            assert (await repos.subscriptions.list(PageRequest())).items == ()

    async def test_takes_the_largest_amount_that_there_is(self, loop, start):
        plan = await loop.merchant.plan(PlanBuilder(amount=Money(999_999_999_999, NGN)))
        customer = await loop.merchant.customer()
        command = StartSubscriptionCommand(customer_id=customer.id, plan_id=plan.id)

        started = await start.execute(loop.merchant.tenant.id, command)

        [(invoice, _)] = await loop.invoices(started.id)
        assert invoice.total.amount == 999_999_999_999
