"""What is believed of a payer, whatever was seen of them."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from whenever import Instant, TimeDelta

from duro.billing import Zone
from duro.billing.recovery import PaydayBank, PaydayPlanner, PaydayProfile, Refusals, Sighting

BANK = PaydayBank()
PLANNER = PaydayPlanner()
ZONE = Zone("Africa/Lagos")
START = Instant.from_utc(2026, 1, 1)
DAY_ONE = date(2026, 1, 1).toordinal() - date(1970, 1, 1).toordinal()

SIGHTINGS = st.lists(
    st.builds(
        Sighting,
        at=st.integers(0, 400 * 24 * 60).map(lambda minutes: START + TimeDelta(minutes=minutes)),
        is_money=st.booleans(),
    ),
    max_size=25,
)
NOW = st.integers(0, 400).map(lambda day: START + TimeDelta(hours=24 * day))


def _rebuilt(sightings: list[Sighting], until: Instant) -> PaydayProfile:
    return BANK.rebuilt(sightings, zone=ZONE, until=until)


class TestEveryProfile:
    @given(seen=SIGHTINGS, now=NOW, future=SIGHTINGS)
    def test_never_uses_what_was_not_visible(self, seen, now, future):
        past = [sighting for sighting in seen if sighting.at <= now]
        unseen = [replace(each, at=now + (each.at - START) + TimeDelta(microseconds=1)) for each in future]
        assert _rebuilt([*unseen, *past], now) == _rebuilt(past, now)

    @given(seen=SIGHTINGS, now=NOW)
    def test_is_the_same_whether_built_at_once_or_sight_by_sight(self, seen, now):
        profile = PaydayProfile()
        for sighting in sorted(seen, key=lambda one: one.at):
            if sighting.at <= now:
                profile = PaydayProfile.from_bytes(BANK.seen(profile, sighting, zone=ZONE).to_bytes())
        assert profile == _rebuilt(seen, now)

    @given(seen=SIGHTINGS)
    def test_keeps_its_size_whatever_the_order(self, seen):
        profile = PaydayProfile()
        for sighting in seen:
            profile = BANK.seen(profile, sighting, zone=ZONE)
        assert len(profile.sights) == min(len(seen), PaydayProfile.KEPT)
        assert list(profile.sights) == sorted(profile.sights, key=lambda sight: sight >> 1)
        assert len(profile.weights) in {0, len(BANK.prior)}
        assert max(BANK.weights(profile)) == PaydayBank.TOP


class TestEveryPlan:
    @given(
        seen=SIGHTINGS,
        now=NOW,
        first=st.integers(0, 430),
        count=st.integers(1, 60),
        tries=st.integers(1, 10),
        empty=st.lists(st.integers(0, 430), max_size=5),
        vague=st.lists(st.integers(0, 430), max_size=5),
        is_vague_last=st.booleans(),
    )
    def test_names_one_of_its_days_and_a_chance(self, *, seen, now, first, count, tries, empty, vague, is_vague_last):
        days = range(DAY_ONE + first, DAY_ONE + first + count)
        refusals = Refusals(tuple(DAY_ONE + day for day in empty), tuple(DAY_ONE + day for day in vague), is_vague_last)
        profile = _rebuilt(seen, now)
        planned = PLANNER.next_try(profile, days, tries=tries, refusals=refusals)
        assert planned.day in days
        assert 0 <= planned.chance_percent <= 100
        assert planned == PLANNER.next_try(profile, days, tries=tries, refusals=refusals)
