import secrets
from threading import Lock
from typing import Final, TypeVar, final
from uuid import UUID

from duro.kernel import Clock, EntityId

Kind = TypeVar("Kind", bound=EntityId)

_VERSION: Final = 0x7 << 76
_VARIANT: Final = 0b10 << 62
_RANDOM_BITS: Final = 62
_SUBMILLISECOND_BITS: Final = 12


@final
class Uuid7IdFactory:
    """Makes uuids of version 7 (RFC 9562) that rise within a process, even when the clock stands still or goes back."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last_tick = -1
        self._lock = Lock()

    def new(self, kind: type[Kind]) -> Kind:
        """Make an id of 48 bits of milliseconds, 12 of their fraction (RFC 9562, 6.2, method 3) and 62 at random."""
        tick = self._next_tick()
        milliseconds, fraction = divmod(tick, 1 << _SUBMILLISECOND_BITS)
        return kind(
            UUID(int=milliseconds << 80 | _VERSION | fraction << 64 | _VARIANT | secrets.randbits(_RANDOM_BITS)),
        )

    def _next_tick(self) -> int:
        milliseconds, microseconds = divmod(self._clock.now().timestamp(unit="microsecond"), 1000)
        now = milliseconds << _SUBMILLISECOND_BITS | (microseconds << _SUBMILLISECOND_BITS) // 1000
        with self._lock:
            self._last_tick = max(now, self._last_tick + 1)
            return self._last_tick
