"""Redis or Valkey as a helper that may be lost: rate limits for all processes together."""

from duro.cache.rate_limit import RateLimit, RateVerdict
from duro.cache.rate_limiter import RateLimiter
from duro.cache.server import CacheLostError, CacheServer

__all__ = ["CacheLostError", "CacheServer", "RateLimit", "RateLimiter", "RateVerdict"]
