import os

import pytest

ACTS = (
    "renew",
    "cancel now",
    "cancel at the end",
    "keep",
    "pause",
    "resume",
    "change, prorated",
    "change, invoiced",
    "change of interval",
    "change of quantity",
    "schedule",
    "unschedule",
    "billing day",
    "other card",
    "credit",
    "promo code",
    "no promo code",
    "refund",
    "refund of a part",
    "void",
    "write off",
    "pay",
    "recover",
    "retry now",
)
"""Everything that can be done to a subscription; each meets each of the others, and itself."""


KINDS = ("due", "running", "past_due")


def swapped(result):
    first, second, digest = result
    return second, first, digest


def kinds_of(first: str, second: str) -> tuple[str, ...]:
    """Each pair is tried on one kind of subscription, and on all with DURO_PAIRS=all."""
    if os.environ.get("DURO_PAIRS") == "all":
        return KINDS
    return (KINDS[(ACTS.index(first) + ACTS.index(second)) % len(KINDS)],)


class TestTwoActsAtOnce:
    @pytest.mark.parametrize("first", ACTS)
    async def test_end_as_some_order_of_their_steps_does(self, world, first):
        assert set(world.acts) == set(ACTS)
        for second in ACTS[ACTS.index(first) :]:
            for kind in kinds_of(first, second):
                happened = await world.at_once(kind, first, second)
                assert await self._is_explained(world, kind, first, second, happened), (kind, second, happened)
        assert await world.audit() == ()

    @staticmethod
    async def _is_explained(world, kind, first, second, happened) -> bool:
        return (
            await world.in_order(kind, first, second) == happened
            or swapped(await world.in_order(kind, second, first)) == happened
            or await world.within(kind, first, second) == happened
            or swapped(await world.within(kind, second, first)) == happened
        )
