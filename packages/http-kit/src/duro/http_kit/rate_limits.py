from dataclasses import dataclass
from typing import final

from duro.cache import RateLimit
from duro.http_kit.client_address import TrustedProxies


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimits:
    """How often one credential and one address may ask; None is as often as they like."""

    credential: RateLimit | None
    address: RateLimit | None
    proxies: TrustedProxies
