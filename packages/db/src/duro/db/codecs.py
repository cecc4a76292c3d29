from collections.abc import Callable, Mapping
from typing import Final, cast, final

import orjson
from asyncpg import Connection
from whenever import Instant

_EPOCH: Final = 946_684_800_000_000


@final
class Codecs:
    """How Postgres values travel: timestamptz as Instant in whole microseconds, jsonb as Python objects."""

    @classmethod
    async def install(cls, connection: Connection) -> None:
        """Teach one connection; arrays of these types follow by themselves."""
        await connection.set_type_codec(
            "timestamptz",
            schema="pg_catalog",
            encoder=cls.encode_instant,
            decoder=cls.decode_instant,
            format="tuple",
        )
        decode_json: Callable[[bytes], object] = orjson.loads
        await connection.set_type_codec(
            "jsonb",
            schema="pg_catalog",
            encoder=cls.encode_jsonb,
            decoder=lambda value: decode_json(memoryview(value)[1:]),
            format="binary",
        )

    @staticmethod
    def encode_instant(value: Instant) -> tuple[int]:
        """Write microseconds since 2000-01-01, the binary form of the protocol; finer digits are floored."""
        return (value.timestamp(unit="microsecond") - _EPOCH,)

    @staticmethod
    def decode_instant(value: tuple[int]) -> Instant:
        """Read the binary form; an infinite timestamp raises ValueError, since no business time is infinite."""
        return Instant.from_timestamp(value[0] + _EPOCH, unit="microsecond")

    @staticmethod
    def encode_jsonb(value: object) -> bytes:
        """Write version byte 1 and the JSON text."""
        return b"\x01" + orjson.dumps(value, default=Codecs._plain)

    @staticmethod
    def _plain(value: object) -> object:
        if isinstance(value, Mapping):
            return dict(cast("Mapping[str, object]", value))
        message = f"{type(value).__name__} has no JSON form."
        raise TypeError(message)
