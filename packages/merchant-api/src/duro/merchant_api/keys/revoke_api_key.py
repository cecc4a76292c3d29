from dataclasses import replace
from typing import final

from duro.db.contexts import RepositoryContexts
from duro.db.records import ApiKey
from duro.kernel import ApiKeyId, Clock, NotFoundError, TenantId


@final
class RevokeApiKey:
    """Takes a key out of force for good; revoking twice changes nothing."""

    def __init__(self, contexts: RepositoryContexts, clock: Clock) -> None:
        self._contexts = contexts
        self._clock = clock

    async def execute(self, tenant_id: TenantId, key_id: ApiKeyId) -> ApiKey:
        async with self._contexts.open(tenant_id) as repos:
            key = await repos.api_keys.get(key_id)
            if key is None:
                raise NotFoundError("API key", key_id)
            if key.revoked_at is None:
                key = replace(key, revoked_at=self._clock.now())
                await repos.api_keys.update(key)
        return key
