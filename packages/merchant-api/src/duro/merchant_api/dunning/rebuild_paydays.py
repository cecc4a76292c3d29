from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Final, final

from duro.billing import Zone
from duro.billing.recovery import PaydayBank
from duro.db import RepositoryContexts
from duro.kernel import Clock, CustomerId, TenantId
from duro.merchant_api.dunning.payday_learning import PaydayLearning
from duro.payments import FailureCodes

_MOST_ROUNDS: Final = 5


@final
@dataclass(frozen=True, slots=True)
class RebuiltPaydays:
    """How many payers a batch had, and of how many the profile became another."""

    payers: int
    written: int


@final
class RebuildPaydays:
    """Builds the profiles of a tenant's payers again from the rows, a batch a transaction.

    Nothing is locked: a profile that a worker wrote meanwhile is built once more on what it wrote.
    """

    def __init__(self, contexts: RepositoryContexts, *, clock: Clock, batch_size: int = 200) -> None:
        self._contexts = contexts
        self._clock = clock
        self._batch_size = batch_size
        self._learning = PaydayLearning(codes=FailureCodes.bundled(), bank=PaydayBank())

    async def count(self, tenant_id: TenantId) -> int:
        """Count the payers there are."""
        async with self._contexts.open(tenant_id) as repos:
            return await repos.payday_profiles.count_payers()

    async def execute(self, tenant_id: TenantId) -> AsyncGenerator[RebuiltPaydays]:
        """Go through all payers, and tell of each batch when it is committed."""
        after: CustomerId | None = None
        while True:
            async with self._contexts.open(tenant_id) as repos:
                payers = await repos.payday_profiles.payers(after=after, limit=self._batch_size)
            if not payers:
                return
            after = payers[-1][0]
            written = await self._rebuild(tenant_id, {customer: Zone(zone) for customer, zone in payers})
            yield RebuiltPaydays(len(payers), written)

    async def _rebuild(self, tenant_id: TenantId, zones: Mapping[CustomerId, Zone]) -> int:
        written = 0
        for _ in range(_MOST_ROUNDS):
            async with self._contexts.open(tenant_id) as repos:
                learned = await self._learning.rebuild(repos, zones, now=self._clock.now())
                kept = await self._learning.keep(repos, list(learned.values()))
            written += len(kept)
            zones = {
                customer: zones[customer]
                for customer, one in learned.items()
                if one.change is not None and customer not in kept
            }
            if not zones:
                break
        return written
