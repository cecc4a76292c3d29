"""Whatever is changed, whenever, however the period was paid for: the preview is what is written, then and later."""

import asyncio
import re
from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from whenever import TimeDelta

from duro.billing import ChangeApplied, ChangeScheduled, ChangeTiming, CycleAnchor, Interval, ProrationBehavior
from duro.db import PageRequest
from duro.kernel import Currency, DomainError, Money
from duro.merchant_api.subscriptions import ChangePlanCommand, ForeseenInvoice, StartSubscriptionCommand
from duro.testkit.builders import PlanBuilder

NGN = Currency("NGN")


@dataclass(frozen=True)
class Wish:
    """A subscription, what became of it, and the change that is asked for then."""

    price: int
    quantity: int
    trial_days: int
    before: tuple[str, ...]
    elapsed: int
    new_price: int
    new_quantity: int
    interval: Interval
    behavior: ProrationBehavior
    timing: ChangeTiming
    cycle_anchor: CycleAnchor


BEFORE = ("credit", "promo code", "refund of a part", "change of quantity", "billing day")
AMOUNTS = st.integers(0, 999_999) | st.just(500_000)
WISHES = st.builds(
    Wish,
    price=AMOUNTS,
    quantity=st.integers(1, 3),
    trial_days=st.sampled_from([0, 0, 0, 9]),
    before=st.lists(st.sampled_from(BEFORE), max_size=3).map(tuple),
    elapsed=st.integers(0, 30 * 86_400),
    new_price=AMOUNTS,
    new_quantity=st.integers(1, 3),
    interval=st.sampled_from([Interval.MONTH, Interval.MONTH, Interval.YEAR, Interval.WEEK]),
    behavior=st.sampled_from([ProrationBehavior.INVOICE_NOW, *ProrationBehavior]),
    timing=st.sampled_from([ChangeTiming.NOW, ChangeTiming.NOW, ChangeTiming.AT_RENEWAL]),
    cycle_anchor=st.sampled_from([CycleAnchor.UNCHANGED, *CycleAnchor]),
)


class Trial:
    """Does what a wish says, and compares each invoice with what was foreseen."""

    def __init__(self, world) -> None:
        self._world = world
        self.seen = Counter()

    async def run(self, wish: Wish) -> None:
        world, tenant = self._world, self._world.tenant_id
        world.clock.start_over()
        scene = await self._started(wish)
        for act in wish.before:
            await self._happen(act, scene)
        world.clock.advance(TimeDelta(seconds=wish.elapsed))
        plan = await world.merchant.plan(PlanBuilder(amount=Money(wish.new_price, NGN), interval=wish.interval))
        command = ChangePlanCommand(
            subscription_id=scene.subscription_id,
            plan_id=plan.id,
            quantity=wish.new_quantity,
            behavior=wish.behavior,
            timing=wish.timing,
            cycle_anchor=wish.cycle_anchor,
        )
        try:
            foreseen = await world.preview.execute(tenant, command)
        except DomainError as refused:
            with pytest.raises(type(refused), match=re.escape(str(refused))):
                await world.change.execute(tenant, command)
            self.seen[refused.code] += 1
            return
        changed = await world.change.execute(tenant, command)
        self._compare(foreseen.plan, changed.invoice)
        self.seen[type(foreseen.plan).__name__] += 1
        await self._renewed(scene, foreseen.next_invoice)

    async def _started(self, wish: Wish):
        world = self._world
        customer = await world.merchant.customer()
        method = await world.merchant.payment_method(customer)
        plan = await world.merchant.plan(PlanBuilder(amount=Money(wish.price, NGN)))
        command = StartSubscriptionCommand(
            customer_id=customer.id,
            plan_id=plan.id,
            payment_method_id=method.id,
            quantity=wish.quantity,
            trial_days=wish.trial_days,
        )
        started = await world.start.execute(world.tenant_id, command)
        async with world.contexts.open(world.tenant_id) as repos:
            invoices = (await repos.invoices.list(PageRequest(limit=5), subscription_id=started.id)).items
        paid = next((one.id for one in invoices if not one.amount_paid.is_zero), None)
        scene = world.scene_of(started.id, method.id, method.id)
        return scene.with_rows(paid=paid, unpaid=None, case=None)

    async def _happen(self, act: str, scene) -> None:
        if act != "refund of a part" or scene.paid_invoice_id is not None:
            await self._world.run(act, scene)

    @staticmethod
    def _compare(plan, invoice) -> None:
        if invoice is None:
            assert isinstance(plan, ChangeScheduled | ChangeApplied)
            return
        draft = plan.draft
        assert invoice.period == plan.period
        assert invoice.lines == draft.lines
        assert (invoice.subtotal, invoice.discount, invoice.total) == (draft.subtotal, draft.discount, draft.total)
        assert (invoice.credit_applied, invoice.credit_granted) == (draft.credit_applied, draft.credit_granted)

    async def _renewed(self, scene, foreseen: ForeseenInvoice | None) -> None:
        world = self._world
        async with world.contexts.open(world.tenant_id) as repos:
            subscription = await repos.subscriptions.get(scene.subscription_id)
        world.clock.advance(subscription.current_period_end - min(world.clock.now(), subscription.current_period_end))
        await world.billing.renew(world.tenant_id, scene.subscription_id)
        async with world.contexts.open(world.tenant_id) as repos:
            found = await repos.invoices.get_of_period(scene.subscription_id, subscription.current_period_end)
            invoice = None if found is None else await repos.invoices.get(found.id)
        assert foreseen == (None if invoice is None else ForeseenInvoice.written(invoice))


class TestAPreview:
    async def test_is_what_is_written(self, world):
        loop, trial = asyncio.get_running_loop(), Trial(world)

        @settings(
            max_examples=80,
            derandomize=True,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(wish=WISHES)
        def compare(wish: Wish) -> None:
            asyncio.run_coroutine_threadsafe(trial.run(wish), loop).result(timeout=60)

        await asyncio.to_thread(compare)
        assert set(trial.seen) >= {"ChangeScheduled", "ChangeApplied", "ChangeInvoiced", "ChangeOnPayment"}
        assert trial.seen["ChangeOnPayment"] >= 20
