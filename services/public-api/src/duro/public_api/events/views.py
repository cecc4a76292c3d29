from typing import cast

from msgspec import Struct

from duro.db.pages import Page
from duro.db.records import Event
from duro.public_api.wire import PageView, Written


class EventView(Struct, frozen=True, rename="camel"):
    """Something that happened; `sequence` counts per subscription, from 1 and without a gap."""

    id: str
    type: str
    subscription_id: str
    sequence: int
    data: dict[str, str | int | bool | None]
    created_at: str

    @classmethod
    def of(cls, event: Event) -> "EventView":
        return cls(
            id=str(event.id),
            type=event.type,
            subscription_id=str(event.subscription_id),
            sequence=event.sequence,
            data=cast("dict[str, str | int | bool | None]", dict(event.data)),
            created_at=Written.instant(event.created_at),
        )


class EventPage(PageView[EventView], frozen=True, rename="camel"):
    """One page of events."""

    @classmethod
    def of(cls, page: Page[Event]) -> "EventPage":
        return cls([EventView.of(event) for event in page.items], page.has_more, page.next_cursor)
