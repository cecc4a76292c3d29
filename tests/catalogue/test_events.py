"""Every event that can happen is named by a journey, and by the reference, which says what it shows."""

import re
from pathlib import Path
from unittest.mock import MagicMock

import pytest

from duro.billing import EventType
from duro.merchant_api.billing.event_records import EventRecords

JOURNEYS = Path(__file__).parents[1] / "journeys"
REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "events.md"
HAPPENINGS = JOURNEYS / "journey" / "happenings.py"


@pytest.fixture(scope="module")
def told() -> str:
    """What journeys name, by itself or as one of several things that happen at once."""
    told = "".join(file.read_text() for file in JOURNEYS.rglob("test_*.py"))
    together = re.findall(r"^(\w+): Final = \((.*)\)$", HAPPENINGS.read_text(), re.MULTILINE)
    return told + "".join(events for name, events in together if f"*{name}" in told)


@pytest.fixture(scope="module")
def named() -> list[list[str]]:
    """What the first column of each of its two tables names."""
    events, shown = REFERENCE.read_text().split("## What an event shows")
    firsts = [re.findall(r"^\| (`.*?) \|", part, re.MULTILINE) for part in (events, shown)]
    return [re.findall("`(.*?)`", " ".join(cells)) for cells in firsts]


class TestEveryEvent:
    @pytest.mark.parametrize("event", list(EventType))
    def test_is_named_by_a_journey(self, event: EventType, told: str):
        assert f'"{event.value}"' in told


class TestTheReference:
    def test_lists_every_event_once_and_no_other(self, named):
        assert sorted(named[0]) == sorted(EventType)

    def test_lists_every_field_that_an_event_may_show(self, named):
        everything = EventRecords.data(MagicMock(), MagicMock(), failure_code="51")
        assert named[1] == [*everything, "skippedPeriods"]
