from dataclasses import replace

import pytest
from whenever import TimeDelta

from duro.billing import Interval, SubscriptionStatus
from duro.db.contexts import RepositoryContexts
from duro.db.credentials import CredentialResolver
from duro.db.pool import DatabasePool
from duro.kernel import Currency, Mode, Money
from duro.payments import SimulatedCard
from duro.testkit import (
    CustomerBuilder,
    PaymentMethodBuilder,
    PlanBuilder,
    SubscriptionBuilder,
    TenantBuilder,
)


@pytest.fixture
async def as_the_service(database, clock, ids):
    """What a service of each mode sees, behind the walls."""
    pools = {mode: await DatabasePool.open(database.data_url(mode)) for mode in Mode}
    yield {mode: RepositoryContexts(pool, mode, clock=clock, ids=ids) for mode, pool in pools.items()}
    for pool in pools.values():
        await pool.close()


class TestAStagedMerchant:
    async def test_has_a_key_that_resolves_in_each_mode(self, stage, database):
        merchant = await stage.merchant(TenantBuilder(name="Bisi Gym", zone="Africa/Nairobi"))

        for mode in Mode:
            pool = await DatabasePool.open(database.data_url(mode))
            found = await CredentialResolver(pool).resolve(merchant.secrets[mode].digest)
            await pool.close()
            assert (found.tenant_id, found.mode) == (merchant.tenant.id, mode)
        assert merchant.secret.mode == Mode.TEST
        assert merchant.in_mode(Mode.LIVE).secret.mode == Mode.LIVE

    async def test_is_seen_by_the_services(self, stage, as_the_service):
        merchant = await stage.merchant()

        async with as_the_service[Mode.TEST].open(merchant.tenant.id) as repos:
            assert await repos.tenants.get() == merchant.tenant

    async def test_is_set_out_as_built_in_its_mode_alone(self, stage, as_the_service):
        merchant = (await stage.merchant()).in_mode(Mode.LIVE)
        plan = await merchant.plan(PlanBuilder(amount=Money(900, Currency("KES")), interval=Interval.WEEK))
        customer = await merchant.customer(CustomerBuilder(ref="c-1", metadata={"table": "4"}))
        method = await merchant.payment_method(customer, PaymentMethodBuilder(SimulatedCard.EXPIRED_CARD))
        subscription = await merchant.subscription(
            plan, customer, method, builder=SubscriptionBuilder(quantity=3, balance=50)
        )

        async with as_the_service[Mode.LIVE].open(merchant.tenant.id) as repos:
            assert await repos.plans.get(plan.id) == plan
            assert await repos.customers.get(customer.id) == customer
            assert await repos.payment_methods.get(method.id) == method
            assert await repos.subscriptions.get(subscription.id) == subscription
        async with as_the_service[Mode.TEST].open(merchant.tenant.id) as repos:
            assert await repos.subscriptions.get(subscription.id) is None

    async def test_shares_nothing_with_another(self, stage):
        first, second = await stage.merchant(), await stage.merchant()

        plan = await first.plan()

        async with second.contexts.open(second.tenant.id) as repos:
            assert await repos.plans.get(plan.id) is None


class TestASubscriptionBuilder:
    async def test_makes_one_that_is_due_now_by_default(self, stage, clock):
        subscription = await (await stage.merchant()).subscription()

        assert subscription.is_due(clock.now())
        assert not subscription.is_due(clock.now() - TimeDelta(microseconds=1))
        assert subscription.cycle.next_boundary_after(subscription.current_period_start) == clock.now()

    async def test_takes_another_state_and_period(self, stage, clock):
        end = clock.now() + TimeDelta(hours=5)
        builder = SubscriptionBuilder(status=SubscriptionStatus.TRIALING, current_period_end=end)

        subscription = await (await stage.merchant()).subscription(builder=builder)

        assert (subscription.status, subscription.trial_ends_at) == (SubscriptionStatus.TRIALING, end)
        assert subscription == replace(subscription, current_period_end=end)
