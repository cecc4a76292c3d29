from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, final

from whenever import TimeDelta

from duro.cache import RateLimit
from duro.email import LinkRule
from duro.http_kit.client_address import TrustedProxies
from duro.http_kit.rate_limits import RateLimits
from duro.kernel import Environment
from duro.merchant_api.messages import PersonKeys
from duro.merchant_api.payer_links import LinkSettings
from duro.merchant_api.payment_methods import CardKeys

_PROFILES: Final = ("development", "production")
_SHORTEST_SECRET: Final = 16
_LEASE: Final = TimeDelta(seconds=60)
_UNLIMITED: Final = RateLimits(credential=None, address=None, proxies=TrustedProxies())


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the public API is told by its environment. Without a Redis, as in development, nobody is limited."""

    is_development: bool
    test_database_url: str = field(repr=False)
    live_database_url: str = field(repr=False)
    redis_url: str = field(repr=False, default="")
    limits: RateLimits = _UNLIMITED
    gateway_url: str = ""
    gateway_timeout_seconds: int = 10
    gateway_webhook_secrets: tuple[str, ...] = field(repr=False, default=())
    whatsapp_app_secret: str = field(repr=False, default="")
    whatsapp_verify_token: str = field(repr=False, default="")
    person_keys: PersonKeys | None = None
    links: LinkSettings = field(default_factory=lambda: LinkSettings(rule=LinkRule()))
    card_keys: CardKeys = field(default_factory=CardKeys.for_development)
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
        is_development = read.choice("DURO_PROFILE", "production", _PROFILES) == "development"
        settings = cls(
            is_development=is_development,
            test_database_url=read.required("DURO_TEST_DATABASE_URL"),
            live_database_url=read.required("DURO_LIVE_DATABASE_URL"),
            redis_url=read.text("DURO_REDIS_URL", "") if is_development else read.required("DURO_REDIS_URL"),
            limits=RateLimits(
                credential=cls._limit(read, "DURO_KEY_RATE", "DURO_KEY_BURST", usual=RateLimit(100, 200)),
                address=cls._limit(read, "DURO_ADDRESS_RATE", "DURO_ADDRESS_BURST", usual=RateLimit(500, 1_000)),
                proxies=cls._proxies(read),
            ),
            gateway_url=read.required("DURO_GATEWAY_URL"),
            gateway_timeout_seconds=timeout,
            gateway_webhook_secrets=cls._secrets(read),
            whatsapp_app_secret=read.text("DURO_WHATSAPP_APP_SECRET", ""),
            whatsapp_verify_token=read.text("DURO_WHATSAPP_VERIFY_TOKEN", ""),
            person_keys=PersonKeys.read(read, is_development=is_development)
            if read.text("DURO_WHATSAPP_APP_SECRET", "")
            else None,
            links=LinkSettings.read(read, is_development=is_development),
            card_keys=CardKeys.read(read, is_development=is_development),
            host=read.text("DURO_PUBLIC_API_HOST", "127.0.0.1"),
            port=read.whole("DURO_PUBLIC_API_PORT", 8401, least=1, most=65_535),
            lease=TimeDelta(seconds=lease),
            pool_size=read.whole("DURO_PUBLIC_API_POOL_SIZE", 10, least=1, most=200),
        )
        if bool(settings.whatsapp_app_secret) != bool(settings.whatsapp_verify_token):
            read.refuse("DURO_WHATSAPP_VERIFY_TOKEN", "and DURO_WHATSAPP_APP_SECRET are set together")
        read.require_sound()
        return settings

    @staticmethod
    def _secrets(read: Environment) -> tuple[str, ...]:
        """Read the secrets that notices may be signed with: one, or the old and the new while it is replaced."""
        given = read.text("DURO_GATEWAY_WEBHOOK_SECRET", "")
        secrets = tuple(one for part in given.split(",") if (one := part.strip()))
        if any(len(one) < _SHORTEST_SECRET for one in secrets):
            read.refuse("DURO_GATEWAY_WEBHOOK_SECRET", f"is at least {_SHORTEST_SECRET} characters long")
        return secrets

    @staticmethod
    def _limit(read: Environment, rate: str, burst: str, *, usual: RateLimit) -> RateLimit | None:
        """Read a limit; a rate of 0 is none."""
        per_second = read.whole(rate, usual.per_second, least=0, most=RateLimit.MOST_PER_SECOND)
        at_once = read.whole(burst, usual.burst, least=1, most=RateLimit.MOST_BURST)
        return RateLimit(per_second, at_once) if per_second else None

    @staticmethod
    def _proxies(read: Environment) -> TrustedProxies:
        try:
            return TrustedProxies.parse(read.text("DURO_TRUSTED_PROXIES", ""))
        except ValueError:
            read.refuse("DURO_TRUSTED_PROXIES", "is addresses or networks such as 10.0.0.0/8, separated by commas")
            return TrustedProxies()
