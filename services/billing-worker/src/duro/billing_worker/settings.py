from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self, final

from duro.billing_worker.post_settings import PostSettings
from duro.kernel import Environment

_PROFILES: Final = ("development", "production")


@final
@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the worker is told from outside. Durations are in whole seconds.

    A lease outlasts the provider's settle window, twice the client's time-out, with a time-out to spare: a claim
    whose lease is shorter is never sent. Recovery cases rest where they are looked at every 0 seconds.
    """

    is_development: bool
    test_database_url: str = field(repr=False)
    live_database_url: str = field(repr=False)
    sweep_database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    gateway_url: str
    gateway_timeout_seconds: int
    lease_seconds: int
    scan_seconds: int
    dunning_seconds: int
    pending_seconds: int
    incomplete_seconds: int
    messages_seconds: int
    reminders_seconds: int
    concurrency: int
    database_connections: int
    health_host: str
    health_port: int
    post: PostSettings

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Read the DURO_ variables. Raise InvalidInputError with every fault at once."""
        read = Environment(environ)
        is_development = read.choice("DURO_PROFILE", "production", _PROFILES) == "development"
        settings = cls(
            is_development=is_development,
            test_database_url=read.required("DURO_TEST_DATABASE_URL"),
            live_database_url=read.required("DURO_LIVE_DATABASE_URL"),
            sweep_database_url=read.required("DURO_SWEEP_DATABASE_URL"),
            redis_url=read.required("DURO_REDIS_URL"),
            gateway_url=read.required("DURO_GATEWAY_URL"),
            gateway_timeout_seconds=read.whole("DURO_GATEWAY_TIMEOUT_SECONDS", 10, least=1, most=120),
            lease_seconds=read.whole("DURO_LEASE_SECONDS", 60, least=1, most=3_600),
            scan_seconds=read.whole("DURO_SCAN_SECONDS", 60, least=1, most=3_600),
            dunning_seconds=read.whole("DURO_DUNNING_SECONDS", 60, least=0, most=3_600),
            pending_seconds=read.whole("DURO_PENDING_SECONDS", 15, least=1, most=3_600),
            incomplete_seconds=read.whole("DURO_INCOMPLETE_SECONDS", 600, least=1, most=86_400),
            messages_seconds=read.whole("DURO_MESSAGES_SECONDS", 15, least=1, most=3_600),
            reminders_seconds=read.whole("DURO_REMINDERS_SECONDS", 3_600, least=1, most=86_400),
            concurrency=read.whole("DURO_WORKER_CONCURRENCY", 50, least=1, most=1_000),
            database_connections=read.whole("DURO_WORKER_DATABASE_CONNECTIONS", 10, least=2, most=200),
            health_host=read.text("DURO_WORKER_HEALTH_HOST", "127.0.0.1"),
            health_port=read.whole("DURO_WORKER_HEALTH_PORT", 8402, least=1, most=65_535),
            post=PostSettings.read(read, is_development=is_development),
        )
        if settings.lease_seconds < 3 * settings.gateway_timeout_seconds:
            read.refuse("DURO_LEASE_SECONDS", "is at least three times DURO_GATEWAY_TIMEOUT_SECONDS")
        read.require_sound()
        return settings
