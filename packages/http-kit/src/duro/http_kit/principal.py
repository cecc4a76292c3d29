from dataclasses import dataclass
from enum import StrEnum
from typing import final

from duro.kernel import ApiKeyId, Mode, TenantId


class CredentialClass(StrEnum):
    """What sort of credential a caller showed; each has its own space of idempotency keys."""

    SECRET_KEY = "secret_key"


@final
@dataclass(frozen=True, slots=True)
class Principal:
    """Who is calling: one tenant, in one mode, by one credential, and what that credential may do."""

    tenant_id: TenantId
    mode: Mode
    credential_class: CredentialClass
    key_id: ApiKeyId
    scopes: frozenset[str]
