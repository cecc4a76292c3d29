from collections.abc import Mapping
from typing import ClassVar, final


@final
class TestClockExamples:
    """A test clock as the document shows it."""

    BODY: ClassVar[Mapping[str, object]] = {"name": "A year of Gold", "now": "2026-01-31T09:00:00Z"}
    ADVANCE: ClassVar[Mapping[str, object]] = {"to": "2027-01-31T09:00:00Z"}
    VIEW: ClassVar[Mapping[str, object]] = {
        "id": "clk_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "name": "A year of Gold",
        "status": "ready",
        "now": "2026-01-31T09:00:00Z",
        "target": None,
        "createdAt": "2026-01-31T09:00:00Z",
    }
