"""Hashing, the making of ids, the system's clock and the secrets of API keys."""

from duro.crypto.api_key import ApiKeySecret, MalformedApiKeyError
from duro.crypto.clock import SystemClock
from duro.crypto.digest import Digest
from duro.crypto.ids import Uuid7IdFactory

__all__ = [
    "ApiKeySecret",
    "Digest",
    "MalformedApiKeyError",
    "SystemClock",
    "Uuid7IdFactory",
]
