import pytest
from whenever import Instant

from duro.billing import Zone
from duro.billing.messages import Departure, MessageKind

LAGOS = Zone("Africa/Lagos")
NOON = Instant.from_utc(2026, 3, 31, 11)
NIGHT = Instant.from_utc(2026, 3, 31, 22)
MORNING = Instant.from_utc(2026, 4, 1, 7)

AT_ONCE = {
    MessageKind.RECEIPT,
    MessageKind.ONE_TIME_CODE,
    MessageKind.AUTHENTICATION_LINK,
    MessageKind.CANCELLATION,
}
NUDGES = {MessageKind.DUNNING_1, MessageKind.DUNNING_2, MessageKind.DUNNING_3, MessageKind.DUNNING_4}


class TestDeparture:
    @pytest.mark.parametrize("kind", MessageKind)
    def test_waits_for_the_morning_unless_the_person_must_have_the_message_at_once(self, kind):
        assert Departure().earliest(kind, NIGHT, LAGOS) == (NIGHT if kind in AT_ONCE else MORNING)

    @pytest.mark.parametrize("kind", MessageKind)
    def test_counts_nothing_but_nudges(self, kind):
        leaves = Departure().earliest(kind, NOON, LAGOS, nudged_at=[NOON.subtract(hours=3)])
        assert leaves == (MORNING if kind in NUDGES else NOON)

    def test_gives_a_nudge_moved_by_the_cap_the_morning_of_its_day(self):
        told = [NOON, MORNING, MORNING.add(hours=24)]
        leaves = Departure().earliest(MessageKind.DUNNING_2, NIGHT, LAGOS, nudged_at=told)
        assert leaves == MORNING.add(hours=48)


class TestMessageKind:
    def test_keeps_the_last_request_of_a_case_for_its_end(self):
        asked = [MessageKind.dunning(number) for number in range(6)]
        assert asked == ["dunning_1", "dunning_1", "dunning_2", "dunning_3", "dunning_3", "dunning_3"]
        assert {MessageKind.dunning(number, is_last=True) for number in range(6)} == {"dunning_4"}
