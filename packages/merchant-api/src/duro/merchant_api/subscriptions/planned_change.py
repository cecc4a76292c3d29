from dataclasses import dataclass
from typing import Final, final

from whenever import Instant

from duro.billing import (
    PendingLine,
    PlanChange,
    PlanChangePlan,
    PlanChangePlanner,
    PlanChangeRequest,
    Subscription,
    Terms,
)
from duro.db.records import Plan
from duro.db.repositories import Repositories
from duro.kernel import ConflictError, Fault, InvalidInputError, Money, NotFoundError, PlanId
from duro.merchant_api.billing.gateway_minimum import GatewayMinimum
from duro.merchant_api.billing.gateways import GatewayRegistry
from duro.merchant_api.subscriptions.paid_periods import PaidPeriods
from duro.merchant_api.subscriptions.plan_change_command import ChangePlanCommand

_BEYOND_EVERY_AMOUNT: Final = 10**12


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedChange:
    """What a change of plan comes to, decided on what the database says and not written down."""

    subscription: Subscription
    plan: PlanChangePlan
    old_name: str
    new_name: str
    waiting: tuple[PendingLine, ...]
    minimum: Money | None


@final
class ChangePlanning:
    """Reads what a change of plan depends on, and has it decided: for the change itself and for its preview."""

    def __init__(self, gateways: GatewayRegistry) -> None:
        self._minimum = GatewayMinimum(gateways)

    async def plan(
        self, repos: Repositories, subscription: Subscription, command: ChangePlanCommand, *, now: Instant
    ) -> PlannedChange:
        """Raise NotFoundError; ConflictError `plan_archived` or `currency_mismatch`; or as PlanChangePlanner does."""
        old = await self._plan(repos, subscription.terms.plan_id)
        new = old if command.plan_id is None else await self._plan(repos, command.plan_id)
        minimum = await self._minimum.of(repos, subscription)
        request = PlanChangeRequest(
            await self._change(repos, subscription, command, new),
            old_name=old.name,
            new_name=new.name,
            behavior=command.behavior,
            timing=command.timing,
            cycle_anchor=command.cycle_anchor,
            paid_period=await PaidPeriods.of(repos, subscription),
        )
        plan = PlanChangePlanner.plan(
            subscription,
            request,
            now=now,
            is_charge_pending=bool(await repos.attempts.unexplained_of_subscription(subscription.id)),
            minimum=minimum,
        )
        return PlannedChange(
            subscription=subscription,
            plan=plan,
            old_name=old.name,
            new_name=new.name,
            waiting=tuple(stored.line for stored in await repos.pending_lines.waiting([subscription.id])),
            minimum=minimum,
        )

    @staticmethod
    async def _plan(repos: Repositories, plan_id: PlanId) -> Plan:
        plan = await repos.plans.get(plan_id)
        if plan is None:
            raise NotFoundError("plan", plan_id)
        return plan

    async def _change(
        self, repos: Repositories, subscription: Subscription, command: ChangePlanCommand, plan: Plan
    ) -> PlanChange:
        quantity = subscription.quantity if command.quantity is None else command.quantity
        if command.plan_id is None:
            change = PlanChange(subscription.terms, quantity)
        else:
            self._require_open(subscription, plan)
            terms = Terms(plan_id=plan.id, amount=plan.amount, cadence=plan.cadence, max_cycles=plan.max_cycles)
            change = PlanChange(terms, quantity, (await repos.tenants.get()).zone)
        if change.terms.amount.times(quantity).amount >= _BEYOND_EVERY_AMOUNT:
            raise InvalidInputError([Fault("quantity", "makes a period cost more than any amount may be")])
        return change

    @staticmethod
    def _require_open(subscription: Subscription, plan: Plan) -> None:
        if plan.archived_at is not None:
            code = "plan_archived"
            raise ConflictError(code, f"The plan {plan.id} is archived.")
        if plan.amount.currency != subscription.balance.currency:
            code = "currency_mismatch"
            currency = subscription.balance.currency
            raise ConflictError(code, f"The subscription is in {currency}, the plan in {plan.amount.currency}.")
