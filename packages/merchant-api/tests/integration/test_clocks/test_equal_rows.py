"""A story on a test clock leaves the rows that it would have left in real time."""

import random
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum

import pytest
from whenever import Instant, TimeDelta

from duro.billing import ChangeTiming, CycleAnchor, Interval, ProrationBehavior
from duro.db.sweeps import Sweeps
from duro.kernel import ConflictError, InvalidInputError, Mode
from duro.merchant_api.billing import FIRST_PAYMENT_WITHIN
from duro.payments import SimulatedCard
from duro.testkit.stepping_clock import SteppingClock

NEXT = """
    select min(due_at) from (
        select s.current_period_end as due_at from test.subscriptions s
        where s.tenant_id = $1
          and (s.status in ('active', 'trialing') or (s.status = 'paused' and s.cancel_at_period_end)) and s.id not in (
            select a.subscription_id from test.payment_attempts a where a.status in ('pending', 'review'))
        union all select claimed_until from test.payment_attempts where tenant_id = $1 and status = 'pending'
        union all select claimed_until from test.refunds where tenant_id = $1 and status = 'pending'
        union all select s.created_at + interval '23 hours' from test.subscriptions s
        where s.tenant_id = $1 and s.status = 'incomplete' and s.id not in (
            select a.subscription_id from test.payment_attempts a where a.status in ('pending', 'review'))
        union all select d.wake_at from test.dunning_schedules d
        where d.tenant_id = $1 and d.subscription_id not in (
            select a.subscription_id from test.payment_attempts a where a.status in ('pending', 'review'))
    ) as due"""
CARDS = [*(card for card in SimulatedCard if card is not SimulatedCard.SLOW), SimulatedCard.APPROVE, None]
PLANS = (
    (Interval.MONTH, 500_000, {}),
    (Interval.MONTH, 500_000, {"trial_days": 14}),
    (Interval.MONTH, 250_000, {"max_cycles": 3}),
    (Interval.MONTH, 2_000, {}),
    (Interval.MONTH, 0, {}),
    (Interval.WEEK, 100_000, {}),
    (Interval.QUARTER, 900_000, {"trial_days": 1}),
)
LATER = {"end": 0.2, "cancel": 0.1, "pause": 0.25, "change": 0.4, "credit": 0.2, "refund": 0.2, "pay": 0.3, "void": 0.2}
UNDONE = {"end": "keep", "pause": "resume"}
HOW = (
    {},
    {"behavior": ProrationBehavior.INVOICE_NOW},
    {"behavior": ProrationBehavior.NONE},
    {"timing": ChangeTiming.AT_RENEWAL},
    {"cycle_anchor": CycleAnchor.NOW},
)
TOLD = {
    f"subscription_{what}"
    for what in "cancelled expired past_due paused plan_changed resumed unpaid updated activated".split()
}
"""What happens at least once in each story."""


@dataclass(frozen=True)
class Act:
    """Something that somebody does at an instant: start with a plan and a card, or what comes later."""

    at: Instant
    what: str
    who: int
    plan: int = 0
    card: SimulatedCard | None = None
    how: Mapping[str, StrEnum] = field(default_factory=dict)

    async def happen(self, town, plans) -> None:
        one = None if self.what == "start" else town.subscriptions[self.who]
        match self.what:
            case "start":
                await town.start(plans[self.plan], self.card)
            case "change":
                await town.change(one, plans[self.plan], **self.how)
            case "end" | "cancel":
                await town.cancel(one, at_period_end=self.what == "end")
            case "credit" | "refund":
                await getattr(town, self.what)(one, 1_500)
            case what:
                await getattr(town, what)(one)


class Story:
    """A year of some customers, the same for the same seed."""

    def __init__(self, seed: int, begin: Instant) -> None:
        chance = random.Random(seed)
        acts = []
        for who in range(24):
            start = begin + TimeDelta(hours=who * 13, seconds=who * 7)
            acts.append(Act(start, "start", who, chance.randrange(len(PLANS)), chance.choice(CARDS)))
            if chance.random() < 0.15:
                acts.append(Act(start + TimeDelta(seconds=30), "cancel", who))
            for what, likely in LATER.items():
                if chance.random() < likely:
                    at = start + TimeDelta(hours=chance.randrange(24 * 360))
                    acts.append(Act(at, what, who, chance.randrange(3), how=chance.choice(HOW)))
                    acts.append(Act(at + TimeDelta(hours=chance.randrange(24 * 60)), UNDONE.get(what, what), who))
        self.acts = sorted(acts, key=lambda act: act.at)
        self.end = begin + TimeDelta(hours=24 * 440)

    async def tell(self, town, until) -> None:
        plans = [await town.plan(interval, amount, **given) for interval, amount, given in PLANS]
        for act in self.acts:
            await until(act.at)
            with suppress(ConflictError, InvalidInputError):
                await act.happen(town, plans)
        await until(self.end)


class RealTime:
    """Time as the worker sees it: it steps from one due instant to the next, and the sweeps find what there is."""

    def __init__(self, town, sweeps: Sweeps, clock: SteppingClock) -> None:
        self._town = town
        self._sweeps = sweeps
        self._clock = clock

    async def until(self, to: Instant) -> None:
        while True:
            due_at = (await self._town.read(NEXT))[0]["min"]
            if due_at is None or due_at > to:
                break
            self._clock.set(max(due_at, self._clock.now()))
            await self._work()
        self._clock.set(to)

    async def _work(self) -> None:
        services, now = self._town.services, self._clock.now()
        for tenant_id, one in await self._sweeps.pending_attempts(Mode.TEST, now):
            await services.pending.resolve(tenant_id, one)
        for tenant_id, one in await self._sweeps.pending_refunds(Mode.TEST, now):
            await services.refunds.process(tenant_id, one)
        over = (now - FIRST_PAYMENT_WITHIN).add(nanoseconds=1_000)
        for tenant_id, one in await self._sweeps.incomplete_subscriptions(Mode.TEST, created_before=over):
            await services.starts.drive(tenant_id, one)
        for tenant_id, one in await self._sweeps.due_subscriptions(Mode.TEST, now):
            await services.billing.renew(tenant_id, one)
        for tenant_id, one in await self._sweeps.due_cases(Mode.TEST, now):
            await services.dunning.process(tenant_id, one)


class TestAStory:
    @pytest.mark.parametrize("seed", range(3))
    async def test_leaves_the_same_rows_on_a_test_clock_as_in_real_time(self, towns, noon, seed: int):
        story = Story(seed, noon)
        clock = SteppingClock(noon)
        real = await towns.in_real_time(clock)
        await story.tell(real, RealTime(real, Sweeps(towns.sweep), clock).until)
        clocked = await towns.on_test_clock(noon, real=SteppingClock(Instant.from_utc(2026, 3, 31)))
        await story.tell(clocked, clocked.until)

        expected, found = await real.rows(), await clocked.rows()
        for table, rows in expected.items():
            assert found[table] == rows, table
        assert {event["type"] for event in expected["events"]} >= TOLD
        assert len(expected["invoices"]) > 80
        assert await clocked.findings() == ()
