from dataclasses import dataclass
from typing import final

from duro.crypto import ApiKeySecret
from duro.db.contexts import RepositoryContexts
from duro.db.records import ApiKey
from duro.kernel import ApiKeyId, Clock, DomainError, ErrorKind, IdFactory, Mode, TenantId


@final
class LiveKeyInDevelopmentError(DomainError):
    """A live key was asked for where live charges may go to a gateway that moves no money."""

    def __init__(self) -> None:
        super().__init__("live_key_in_development", ErrorKind.REFUSED, "No live key is minted in development.")


@final
@dataclass(frozen=True, slots=True)
class MintedApiKey:
    """A new key: its record, and its secret, which is shown this once."""

    record: ApiKey
    secret: ApiKeySecret


@final
class MintApiKey:
    """Gives a merchant a new secret key for the mode of the contexts; no live one in development."""

    def __init__(self, contexts: RepositoryContexts, ids: IdFactory, clock: Clock, *, is_development: bool) -> None:
        self._contexts = contexts
        self._ids = ids
        self._clock = clock
        self._is_development = is_development

    async def execute(self, tenant_id: TenantId) -> MintedApiKey:
        """Raise LiveKeyInDevelopmentError."""
        mode = self._contexts.mode
        if mode is Mode.LIVE and self._is_development:
            raise LiveKeyInDevelopmentError
        secret = ApiKeySecret.mint(mode)
        record = ApiKey(
            id=self._ids.new(ApiKeyId),
            mode=mode,
            secret_digest=secret.digest,
            hint=secret.hint,
            created_at=self._clock.now(),
        )
        async with self._contexts.open(tenant_id) as repos:
            await repos.api_keys.insert(record)
        return MintedApiKey(record, secret)
