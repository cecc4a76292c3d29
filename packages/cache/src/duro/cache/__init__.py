"""Redis or Valkey as a helper that may be lost: limits and a cache for all processes together."""

from duro.cache.namespace import Namespace, Patience
from duro.cache.rate_limit import RateLimit, RateVerdict
from duro.cache.rate_limiter import RateLimiter
from duro.cache.server import CacheLostError, CacheServer
from duro.cache.store import CacheStore, TenantCache

__all__ = [
    "CacheLostError",
    "CacheServer",
    "CacheStore",
    "Namespace",
    "Patience",
    "RateLimit",
    "RateLimiter",
    "RateVerdict",
    "TenantCache",
]
