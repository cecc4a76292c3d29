from typing import final

from duro.db import RepositoryContexts
from duro.db.recovery_settings import RecoverySettings
from duro.kernel import TenantId


@final
class GetRecoverySettings:
    """Tells what a merchant wants done about charges that fail."""

    def __init__(self, contexts: RepositoryContexts) -> None:
        self._contexts = contexts

    async def execute(self, tenant_id: TenantId) -> RecoverySettings:
        async with self._contexts.open(tenant_id) as repos:
            return await repos.recovery_settings.get()
