from dataclasses import dataclass
from typing import assert_never, final

from duro.billing import (
    Advance,
    Bill,
    ChangeApplied,
    ChangeInvoiced,
    ChangeOnPayment,
    ChangeScheduled,
    ChargeOutcome,
    PendingLine,
    PlanChangePlan,
    RenewalPlanner,
    SettlementPlanner,
    Subscription,
)
from duro.db.contexts import RepositoryContexts
from duro.kernel import Clock, NotFoundError, TenantId
from duro.merchant_api.billing.gateways import GatewayRegistry
from duro.merchant_api.subscriptions.foreseen_invoice import ForeseenInvoice
from duro.merchant_api.subscriptions.plan_change_command import ChangePlanCommand
from duro.merchant_api.subscriptions.planned_change import ChangePlanning, PlannedChange
from duro.merchant_api.test_clocks import CustomerClocks


@final
@dataclass(frozen=True, slots=True)
class PreviewedChange:
    """What a change of plan would do, and the invoice for a period that would come after it."""

    plan: PlanChangePlan
    next_invoice: ForeseenInvoice | None


@final
class PreviewChange:
    """Foresees a change of plan, by the very decision that the change will write down."""

    def __init__(self, contexts: RepositoryContexts, gateways: GatewayRegistry, clock: Clock) -> None:
        self._contexts = contexts
        self._clocks = CustomerClocks(clock)
        self._planning = ChangePlanning(gateways)

    async def execute(self, tenant_id: TenantId, command: ChangePlanCommand) -> PreviewedChange:
        """Raise as the change itself would."""
        async with self._contexts.open(tenant_id) as repos:
            subscription = await repos.subscriptions.get(command.subscription_id)
            if subscription is None:
                raise NotFoundError("subscription", command.subscription_id)
            clock = await self._clocks.of(repos, subscription.test_clock_id)
            planned = await self._planning.plan(repos, subscription, command, now=clock.now())
        return PreviewedChange(planned.plan, self._next_invoice(planned))

    @classmethod
    def _next_invoice(cls, planned: PlannedChange) -> ForeseenInvoice | None:
        subscription, lines = cls._afterwards(planned.plan)
        upcoming = RenewalPlanner.upcoming(
            subscription, planned.new_name, pending_lines=(*planned.waiting, *lines), minimum=planned.minimum
        )
        return ForeseenInvoice.of(upcoming) if isinstance(upcoming, Bill) else None

    @staticmethod
    def _afterwards(plan: PlanChangePlan) -> tuple[Subscription, tuple[PendingLine, ...]]:
        """Give the subscription as it is once the change is made, and paid for, with the lines it adds."""
        match plan:
            case ChangeScheduled(change) | ChangeInvoiced(change=change):
                return change.subscription, ()
            case ChangeApplied(change, _, lines):
                return change.subscription, lines
            case ChangeOnPayment():
                settled = SettlementPlanner.plan_change(
                    plan.change.subscription, plan.plan_change, plan.period, ChargeOutcome.PAID, plan.promo_code_id
                )
                begun = settled.change.subscription if isinstance(settled, Advance) else plan.change.subscription
                return begun, () if plan.carried is None else (plan.carried,)
            case _:
                assert_never(plan)
