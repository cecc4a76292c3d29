from typing import Annotated

from pydantic import Field

from duro.billing import Cadence, Interval
from duro.http_kit.fields import AmountField, CurrencyField, NameField, PlanIdField
from duro.http_kit.inputs import Input, NotNull, PageSection, Section
from duro.kernel import Money
from duro.merchant_api.given import KEPT, Given
from duro.merchant_api.plans import CreatePlanCommand, UpdatePlanCommand

TrialDaysField = Annotated[int, Field(ge=0, le=1000)]
MaxCyclesField = Annotated[int, Field(ge=1, le=1_000_000)]


class CreatePlanBody(Section):
    """A new plan."""

    name: NameField
    amount: AmountField
    currency: CurrencyField
    interval: Annotated[Interval, Field(strict=False)]
    interval_count: Annotated[int, Field(ge=1, le=1000)] = 1
    trial_days: TrialDaysField = 0
    max_cycles: MaxCyclesField | None = None

    def command(self) -> CreatePlanCommand:
        return CreatePlanCommand(
            name=self.name,
            amount=Money(self.amount, self.currency),
            cadence=Cadence(self.interval, self.interval_count),
            trial_days=self.trial_days,
            max_cycles=self.max_cycles,
        )


class UpdatePlanBody(Section):
    """What changes about a plan, for subscriptions that start later."""

    name: Annotated[NameField | None, NotNull()] = None
    amount: Annotated[AmountField | None, NotNull()] = None
    trial_days: Annotated[TrialDaysField | None, NotNull()] = None
    max_cycles: MaxCyclesField | None = None


class PlanPath(Section):
    """Which plan."""

    plan_id: PlanIdField


class PlanQuery(PageSection):
    """Which plans."""

    archived: Annotated[bool | None, Field(strict=False)] = None


class CreatePlanInput(Input):
    """Reads POST /v1/plans."""

    body: CreatePlanBody


class PlanInput(Input):
    """Reads a request about one plan."""

    path: PlanPath


class ListPlansInput(Input):
    """Reads GET /v1/plans."""

    query: PlanQuery


class UpdatePlanInput(Input):
    """Reads PATCH /v1/plans/{planId}."""

    path: PlanPath
    body: UpdatePlanBody

    def command(self) -> UpdatePlanCommand:
        body = self.body
        return UpdatePlanCommand(
            plan_id=self.path.plan_id,
            name=KEPT if body.name is None else Given(body.name),
            amount=KEPT if body.amount is None else Given(body.amount),
            trial_days=KEPT if body.trial_days is None else Given(body.trial_days),
            max_cycles=Given(body.max_cycles) if "max_cycles" in body.model_fields_set else KEPT,
        )
