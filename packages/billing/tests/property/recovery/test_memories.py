"""What was learned of a payer, however the looks at them are dealt out."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from whenever import Instant, TimeDelta

from duro.billing import Zone
from duro.billing.recovery import KnownSighting, PaydayBank, PaydayMemory, PaydayProfile, Sighting

BANK = PaydayBank()
ZONE = Zone("Africa/Lagos")
START = Instant.from_utc(2026, 1, 1)
END = START + TimeDelta(hours=24 * 400)

INSTANTS = st.integers(0, 400).map(lambda day: START + TimeDelta(hours=24 * day))


@st.composite
def _histories(draw):
    """Sights that became known at their time or later, several of them at one instant."""
    count = draw(st.integers(0, 20))
    known = []
    for number in range(count):
        at = draw(INSTANTS)
        known_at = at + TimeDelta(hours=24 * draw(st.sampled_from((0, 0, 0, 1, 40))))
        known.append(KnownSighting(known_at, bytes((number,)), Sighting(at, is_money=draw(st.booleans()))))
    return draw(st.permutations(known))


def _at_once(known, *, until):
    return PaydayMemory(ZONE).learning(known, until=until, bank=BANK)


class TestEveryMemory:
    @given(known=_histories(), looks=st.lists(INSTANTS, max_size=6), now=INSTANTS)
    def test_is_the_same_however_many_looks_it_took(self, known, looks, now):
        memory = PaydayMemory(ZONE)
        for look in [*sorted(one for one in looks if one <= now), now]:
            new = [one for one in known if memory.until is None or one.known_at > memory.until]
            memory = memory.learning(new, until=look, bank=BANK)
            memory = PaydayMemory.read(memory.profile.to_bytes(), zone=ZONE, until=look, bank=BANK)
        assert memory.profile == _at_once(known, until=now).profile

    @given(known=_histories(), now=INSTANTS)
    def test_learns_every_sight_once(self, known, now):
        once = _at_once(known, until=now)
        assert once.learning(known, until=now, bank=BANK) == once
        assert once.learning(known, until=END, bank=BANK).profile == _at_once(known, until=END).profile

    @given(known=_histories(), now=INSTANTS, future=_histories())
    def test_never_uses_what_was_not_known(self, known, now, future):
        past = [one for one in known if one.known_at <= now]
        unknown = [replace(one, known_at=now + (one.known_at - START) + TimeDelta(microseconds=1)) for one in future]
        assert _at_once([*unknown, *past], until=now) == _at_once(past, until=now)


class TestAMemoryThatIsRead:
    def test_begins_again_where_another_version_or_another_bank_wrote(self):
        seen = _at_once([KnownSighting(START, b"", Sighting(START, is_money=True))], until=END)
        written = seen.profile.to_bytes()
        assert PaydayMemory.read(written, zone=ZONE, until=END, bank=BANK) == seen
        for foreign in (b"", b"\x63" + written[1:], written[:-1], written[:5], PaydayProfile(b"abc").to_bytes()):
            assert PaydayMemory.read(foreign, zone=ZONE, until=END, bank=BANK) == PaydayMemory(ZONE)
