import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, cast, final

from duro.http_kit.refusals import MalformedJsonError
from duro.kernel import Fault

_BEYOND_EVERY_BOUND: Final = 10**30
_DIGITS_READ: Final = 30
_UNSTORABLE: Final = "Must not contain NUL or lone surrogates."


@final
@dataclass(frozen=True, slots=True)
class JsonDocument:
    """A JSON text as a caller sent it: read with no limit lifted, and searched for characters no column can hold."""

    value: object

    @classmethod
    def parse(cls, text: bytes) -> "JsonDocument":
        """Read UTF-8 JSON. NaN, Infinity, other encodings and endless nesting are malformed."""
        try:
            value = json.loads(
                text.decode("utf-8"),
                parse_int=cls._read_integer,
                parse_constant=cls._refuse_constant,
            )
        except (ValueError, RecursionError) as error:
            raise MalformedJsonError from error
        return cls(value)

    def faults(self) -> tuple[Fault, ...]:
        """List every text that holds NUL or a lone surrogate."""
        return tuple(self._search(self.value, ""))

    @classmethod
    def _search(cls, value: object, path: str) -> Iterator[Fault]:
        match value:
            case str() if not cls.is_storable(value):
                yield Fault(path or "body", _UNSTORABLE)
            case dict():
                for key, inner in cast("dict[str, object]", value).items():
                    shown = key if cls.is_storable(key) else ascii(key)
                    if shown != key:
                        yield Fault(f"{path}.{shown}".lstrip("."), _UNSTORABLE)
                    yield from cls._search(inner, f"{path}.{shown}".lstrip("."))
            case list():
                for position, inner in enumerate(cast("list[object]", value)):
                    yield from cls._search(inner, f"{path}.{position}".lstrip("."))
            case _:
                return

    @staticmethod
    def is_storable(text: str) -> bool:
        return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)

    @staticmethod
    def _read_integer(digits: str) -> int:
        """Read an integer; one of absurd length becomes a number beyond every bound, at no cost in time."""
        if len(digits) > _DIGITS_READ:
            return -_BEYOND_EVERY_BOUND if digits.startswith("-") else _BEYOND_EVERY_BOUND
        return int(digits)

    @staticmethod
    def _refuse_constant(name: str) -> object:
        raise MalformedJsonError from ValueError(name)
