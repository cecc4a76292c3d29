from collections.abc import Mapping
from typing import Final, Protocol, final

from duro.crypto import ApiKeySecret, MalformedApiKeyError
from duro.db.credentials import ResolvedKey
from duro.db.records import TenantStatus
from duro.http_kit.principal import CredentialClass, Principal
from duro.http_kit.refusals import SuspendedTenantError, UnauthorizedError
from duro.kernel import Mode

_SCHEME: Final = "bearer"
_SCOPES: Final = frozenset({"*"})


class KeyResolver(Protocol):
    """Says whose key it is and how they stand, by its digest; None for one that is unknown or revoked."""

    async def resolve(self, digest: bytes) -> ResolvedKey | None: ...


@final
class ApiKeyAuthenticator:
    """Turns `Authorization: Bearer sk_…` into the principal it stands for, in the mode the key itself names."""

    def __init__(self, resolvers: Mapping[Mode, KeyResolver]) -> None:
        self._resolvers = resolvers

    async def authenticate(self, authorization: str | None) -> Principal:
        """Raise UnauthorizedError for a missing, malformed, unknown or revoked key, the same for each."""
        secret = self._secret(authorization)
        if secret.mode not in self._resolvers:
            raise UnauthorizedError
        resolved = await self._resolvers[secret.mode].resolve(secret.digest)
        if resolved is None or resolved.mode is not secret.mode:
            raise UnauthorizedError
        if resolved.tenant_status is TenantStatus.SUSPENDED:
            raise SuspendedTenantError
        return Principal(
            tenant_id=resolved.tenant_id,
            mode=secret.mode,
            credential_class=CredentialClass.SECRET_KEY,
            key_id=resolved.key_id,
            scopes=_SCOPES,
        )

    @staticmethod
    def _secret(authorization: str | None) -> ApiKeySecret:
        scheme, _, text = (authorization or "").partition(" ")
        if scheme.lower() != _SCHEME:
            raise UnauthorizedError
        try:
            return ApiKeySecret.parse(text.strip(" "))
        except MalformedApiKeyError:
            raise UnauthorizedError from None
