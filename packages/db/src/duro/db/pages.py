import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar, final
from uuid import UUID

from asyncpg import Record

from duro.kernel import EntityId, Fault, InvalidInputError

Item = TypeVar("Item")

_LARGEST: Final = 100
_FIRST: Final = UUID(int=(1 << 128) - 1)


@final
@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which stretch of a list is wanted: `limit` items (1 to 100), newest first, after an opaque cursor."""

    limit: int = 20
    after: str | None = None

    @property
    def before_id(self) -> UUID:
        """The id below which the page starts. Raise InvalidInputError for a limit or cursor out of form."""
        faults: list[Fault] = []
        if not 1 <= self.limit <= _LARGEST:
            faults.append(Fault("limit", f"Must be between 1 and {_LARGEST}."))
        start = _FIRST if self.after is None else self._decode(self.after)
        if start is None:
            faults.append(Fault("cursor", "Must be a nextCursor of this list."))
        if faults or start is None:
            raise InvalidInputError(faults)
        return start

    def cut(
        self, rows: Sequence[Record], *, read: Callable[[Record], Item], id_of: Callable[[Item], EntityId]
    ) -> "Page[Item]":
        """Make the page of up to `limit` + 1 rows; the extra one only says that there is more."""
        items = tuple(read(row) for row in rows[: self.limit])
        has_more = len(rows) > self.limit
        cursor = self.cursor_of(id_of(items[-1])) if has_more else None
        return Page(items, cursor, has_more)

    @staticmethod
    def cursor_of(identifier: EntityId) -> str:
        """Write the cursor that continues after this id."""
        return urlsafe_b64encode(identifier.value.bytes).decode().rstrip("=")

    @staticmethod
    def _decode(cursor: str) -> UUID | None:
        try:
            value = UUID(bytes=urlsafe_b64decode(cursor.encode("ascii") + b"=="))
        except (ValueError, UnicodeEncodeError, binascii.Error):
            return None
        is_canonical = urlsafe_b64encode(value.bytes).decode().rstrip("=") == cursor
        return value if is_canonical else None


@final
@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """One stretch of a list, newest first, and where the next one starts."""

    items: tuple[Item, ...]
    next_cursor: str | None
    has_more: bool
