"""Every event that can happen is named by a journey."""

from pathlib import Path

import pytest

from duro.billing import EventType

JOURNEYS = Path(__file__).parents[1] / "journeys"
NOT_YET = {
    EventType.SUBSCRIPTION_PAYMENT_ACTION_REQUIRED,
}
"""What nothing brings about so far: recovery's own decisions."""


@pytest.fixture(scope="module")
def told() -> str:
    return "".join(file.read_text() for file in JOURNEYS.glob("test_*.py"))


class TestEveryEvent:
    @pytest.mark.parametrize("event", [event for event in EventType if event not in NOT_YET])
    def test_is_named_by_a_journey(self, event: EventType, told: str):
        assert f'"{event.value}"' in told

    @pytest.mark.parametrize("event", sorted(NOT_YET))
    def test_leaves_the_list_of_those_to_come_when_it_is_named(self, event: EventType, told: str):
        assert f'"{event.value}"' not in told
