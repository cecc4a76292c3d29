from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, final

from whenever import TimeDelta

from duro.kernel import Environment

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
        read = Environment(environ)
        timeout = read.whole("DURO_GATEWAY_TIMEOUT_SECONDS", 10, least=1, most=120)
        lease = read.whole("DURO_LEASE_SECONDS", 60, least=1, most=3_600)
        if lease < 3 * timeout:
            read.refuse("DURO_LEASE_SECONDS", "is at least three times DURO_GATEWAY_TIMEOUT_SECONDS")
        settings = cls(
            is_development=read.choice("DURO_PROFILE", "production", _PROFILES) == "development",
            test_database_url=read.required("DURO_TEST_DATABASE_URL"),
            live_database_url=read.required("DURO_LIVE_DATABASE_URL"),
            gateway_url=read.required("DURO_GATEWAY_URL"),
            gateway_timeout_seconds=timeout,
            host=read.text("DURO_PUBLIC_API_HOST", "127.0.0.1"),
            port=read.whole("DURO_PUBLIC_API_PORT", 8401, least=1, most=65_535),
            lease=TimeDelta(seconds=lease),
            pool_size=read.whole("DURO_PUBLIC_API_POOL_SIZE", 10, least=1, most=200),
        )
        read.require_sound()
        return settings
