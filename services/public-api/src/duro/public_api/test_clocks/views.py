from enum import StrEnum

from msgspec import Struct

from duro.billing import TestClock
from duro.db.pages import Page
from duro.public_api.wire import PageView, Written


class TestClockStatus(StrEnum):
    """Whether it stands still, or is on its way to its target."""

    READY = "ready"
    ADVANCING = "advancing"


class TestClockView(Struct, frozen=True, rename="camel"):
    """A test clock as merchants see it; `createdAt` is real time."""

    id: str
    name: str
    status: TestClockStatus
    now: str
    target: str | None
    created_at: str

    @classmethod
    def of(cls, test_clock: TestClock) -> "TestClockView":
        return cls(
            id=str(test_clock.id),
            name=test_clock.name,
            status=TestClockStatus.ADVANCING if test_clock.is_advancing else TestClockStatus.READY,
            now=Written.instant(test_clock.now),
            target=Written.optional(test_clock.target),
            created_at=Written.instant(test_clock.created_at),
        )


class TestClockPage(PageView[TestClockView], frozen=True, rename="camel"):
    """One page of test clocks."""

    @classmethod
    def of(cls, page: Page[TestClock]) -> "TestClockPage":
        return cls([TestClockView.of(item) for item in page.items], page.has_more, page.next_cursor)
