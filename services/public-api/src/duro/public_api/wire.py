from collections.abc import Mapping
from typing import Generic, TypeVar, final

from msgspec import Struct
from whenever import Instant

View = TypeVar("View")


class PageView(Struct, Generic[View], frozen=True, rename="camel"):
    """One stretch of a list, newest first, and the cursor that continues it."""

    items: list[View]
    has_more: bool
    next_cursor: str | None = None


@final
class Written:
    """How instants are written on the wire."""

    @staticmethod
    def instant(instant: Instant) -> str:
        return instant.format_iso()

    @staticmethod
    def optional(instant: Instant | None) -> str | None:
        return None if instant is None else instant.format_iso()


@final
class ExamplePage:
    """A list as the document shows it: one of its things, and nothing after."""

    @staticmethod
    def of(item: Mapping[str, object]) -> Mapping[str, object]:
        return {"items": [item], "hasMore": False, "nextCursor": None}
