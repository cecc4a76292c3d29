from typing import Final, TypeVar, final
from uuid import UUID

from whenever import Instant

from duro.crypto import Digest
from duro.kernel import EntityId

Kind = TypeVar("Kind", bound=EntityId)

_VERSION: Final = 0x7 << 76
_VARIANT: Final = 0b10 << 62
_RANDOM: Final = (1 << 62) - 1


@final
class DerivedIdFactory:
    """Makes the same ids, in the same order, for the same seed and instant.

    They are uuids of version 7 (RFC 9562) like any other: the instant in milliseconds and 12 bits of their fraction,
    then a hash where others have chance.
    """

    def __init__(self, *, seed: bytes, at: Instant) -> None:
        self._seed = seed
        milliseconds, microseconds = divmod(at.timestamp(unit="microsecond"), 1000)
        self._time = milliseconds << 80 | ((microseconds << 12) // 1000) << 64
        self._made = 0

    def new(self, kind: type[Kind]) -> Kind:
        self._made += 1
        digest = Digest.of(self._seed, kind.prefix.encode("ascii"), self._made.to_bytes(8, "big"))
        return kind(UUID(int=self._time | _VERSION | _VARIANT | (int.from_bytes(digest[:8], "big") & _RANDOM)))
