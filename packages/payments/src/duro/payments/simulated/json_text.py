from collections.abc import Iterable
from typing import Any, TypeVar, final

import msgspec
from whenever import Instant

Shape = TypeVar("Shape")


@final
class JsonText:
    """How the simulated provider writes and reads JSON: instants in ISO 8601, in whole microseconds."""

    @classmethod
    def write(cls, value: object) -> bytes:
        return msgspec.json.encode(value, enc_hook=cls._write_instant)

    @classmethod
    def write_lines(cls, values: Iterable[object]) -> bytes:
        return b"".join(cls.write(value) + b"\n" for value in values)

    @classmethod
    def read(cls, text: bytes | str, shape: type[Shape]) -> Shape:
        """Raise msgspec.DecodeError, UnicodeDecodeError or RecursionError where it has another shape."""
        return msgspec.json.decode(text, type=shape, dec_hook=cls._read_instant)

    @staticmethod
    def _write_instant(value: object) -> str:
        if isinstance(value, Instant):
            return value.format_iso()
        message = f"{type(value).__name__} has no form in JSON."
        raise NotImplementedError(message)

    @staticmethod
    def _read_instant(shape: type[Any], value: object) -> Instant:
        if shape is Instant and isinstance(value, str):
            return Instant.parse_iso(value).round("microsecond", mode="floor")
        message = "Expected an instant in ISO 8601."
        raise ValueError(message)
