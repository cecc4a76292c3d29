"""A story on a test clock leaves the rows that it would have left in real time."""

import random
from contextlib import suppress
from dataclasses import dataclass

import pytest
from whenever import Instant, TimeDelta

from duro.billing import Interval
from duro.kernel import ConflictError
from duro.payments import SimulatedCard
from duro.testkit.stepping_clock import SteppingClock

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


@dataclass(frozen=True)
class Act:
    """Something that somebody does at an instant: start with a plan and a card, or change their mind."""

    at: Instant
    what: str
    who: int
    plan: int = 0
    card: SimulatedCard | None = None


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
            acts.extend(
                Act(start + TimeDelta(hours=chance.randrange(24 * 360)), what, who)
                for what in ("end", "keep", "end", "cancel")
                if chance.random() < 0.15
            )
        self.acts = sorted(acts, key=lambda act: act.at)
        self.end = begin + TimeDelta(hours=24 * 370)

    async def tell(self, town, until) -> None:
        plans = [await town.plan(interval, amount, **given) for interval, amount, given in PLANS]
        for act in self.acts:
            await until(act.at)
            with suppress(ConflictError):
                match act.what:
                    case "start":
                        await town.start(plans[act.plan], act.card)
                    case "keep":
                        await town.keep(town.subscriptions[act.who])
                    case _:
                        await town.cancel(town.subscriptions[act.who], at_period_end=act.what == "end")
        await until(self.end)


class TestAStory:
    @pytest.mark.parametrize("seed", range(3))
    async def test_leaves_the_same_rows_on_a_test_clock_as_in_real_time(self, towns, noon, seed: int):
        story = Story(seed, noon)
        real, time = await towns.in_real_time(SteppingClock(noon))
        await story.tell(real, time.until)
        clocked = await towns.on_test_clock(noon, real=SteppingClock(Instant.from_utc(2026, 3, 31)))
        await story.tell(clocked, clocked.until)

        expected, found = await real.rows(), await clocked.rows()
        for table, rows in expected.items():
            assert found[table] == rows, table
        assert len(expected["invoices"]) > 80
        assert await clocked.findings() == ()
