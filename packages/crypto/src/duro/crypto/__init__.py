"""Hashing, the making of ids, the system's clock, the secrets of API keys and the tokens of payers' links."""

from duro.crypto.api_key import ApiKeySecret, MalformedApiKeyError
from duro.crypto.clock import SystemClock
from duro.crypto.digest import Digest
from duro.crypto.ids import Uuid7IdFactory
from duro.crypto.payer_link import InvalidLinkError, LinkPurpose, LinkSigner, LinkSubject, PayerLink

__all__ = [
    "ApiKeySecret",
    "Digest",
    "InvalidLinkError",
    "LinkPurpose",
    "LinkSigner",
    "LinkSubject",
    "MalformedApiKeyError",
    "PayerLink",
    "SystemClock",
    "Uuid7IdFactory",
]
