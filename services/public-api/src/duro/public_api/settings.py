from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, final

from whenever import TimeDelta

from duro.kernel import Fault, InvalidInputError

_PROFILES: Final = ("development", "production")
_LEASE: Final = TimeDelta(seconds=60)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the public API is told by its environment."""

    is_development: bool
    test_database_url: str = field(repr=False)
    live_database_url: str = field(repr=False)
    gateway_url: str = ""
    gateway_timeout_seconds: int = 10
    host: str = "127.0.0.1"
    port: int = 8401
    lease: TimeDelta = _LEASE
    pool_size: int = 10

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Raise InvalidInputError with every variable that is missing or makes no sense."""
        faults: list[Fault] = []
        profile = environ.get("DURO_PROFILE", "production")
        if profile not in _PROFILES:
            faults.append(Fault("DURO_PROFILE", "Must be development or production."))
        settings = cls(
            is_development=profile == "development",
            test_database_url=cls._required(environ, "DURO_TEST_DATABASE_URL", faults),
            live_database_url=cls._required(environ, "DURO_LIVE_DATABASE_URL", faults),
            gateway_url=cls._required(environ, "DURO_GATEWAY_URL", faults),
            gateway_timeout_seconds=cls._number(environ, "DURO_GATEWAY_TIMEOUT_SECONDS", 10, faults),
            host=environ.get("DURO_PUBLIC_API_HOST", "127.0.0.1"),
            port=cls._number(environ, "DURO_PUBLIC_API_PORT", 8401, faults),
            lease=TimeDelta(seconds=cls._number(environ, "DURO_LEASE_SECONDS", 60, faults)),
            pool_size=cls._number(environ, "DURO_PUBLIC_API_POOL_SIZE", 10, faults),
        )
        if faults:
            raise InvalidInputError(faults)
        return settings

    @staticmethod
    def _required(environ: Mapping[str, str], name: str, faults: list[Fault]) -> str:
        value = environ.get(name, "").strip()
        if not value:
            faults.append(Fault(name, "Is required."))
        return value

    @staticmethod
    def _number(environ: Mapping[str, str], name: str, default: int, faults: list[Fault]) -> int:
        text = environ.get(name, "").strip()
        if not text:
            return default
        if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= 65_535 and len(text) <= 5):
            faults.append(Fault(name, "Must be a whole number from 1 to 65535."))
            return default
        return int(text)
