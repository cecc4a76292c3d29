from dataclasses import dataclass
from typing import Final, final

from duro.billing import Cadence
from duro.db.contexts import RepositoryContexts
from duro.db.records import Plan
from duro.kernel import Clock, IdFactory, Money, PlanId, TenantId
from duro.merchant_api.plans.shelf import ForgetsPlans, NoShelf
from duro.merchant_api.receipts import NoReceipt, Receipt

_UNSIGNED: Final = NoReceipt()
_UNKEPT: Final = NoShelf()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CreatePlanCommand:
    """What a new plan sells, for how much and how often."""

    name: str
    amount: Money
    cadence: Cadence
    trial_days: int = 0
    max_cycles: int | None = None


@final
class CreatePlan:
    """Puts a new plan on sale."""

    def __init__(
        self, contexts: RepositoryContexts, ids: IdFactory, clock: Clock, shelf: ForgetsPlans = _UNKEPT
    ) -> None:
        self._contexts = contexts
        self._ids = ids
        self._clock = clock
        self._shelf = shelf

    async def execute(
        self,
        tenant_id: TenantId,
        command: CreatePlanCommand,
        receipt: Receipt[Plan] = _UNSIGNED,
    ) -> Plan:
        async with self._contexts.open(tenant_id) as repos:
            ids = await receipt.claim(repos, self._ids)
            now = self._clock.now()
            plan = Plan(
                id=ids.new(PlanId),
                name=command.name,
                amount=command.amount,
                interval=command.cadence.interval,
                interval_count=command.cadence.count,
                trial_days=command.trial_days,
                max_cycles=command.max_cycles,
                archived_at=None,
                created_at=now,
                updated_at=now,
            )
            await repos.plans.insert(plan)
            await receipt.sign(repos, plan)
        await self._shelf.forget(tenant_id)
        return plan
