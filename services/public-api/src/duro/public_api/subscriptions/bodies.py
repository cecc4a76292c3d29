from typing import Annotated

from pydantic import Field

from duro.billing import SubscriptionStatus
from duro.http_kit.fields import (
    CustomerIdField,
    InstantField,
    MetadataField,
    PaymentMethodIdField,
    PlanIdField,
    SubscriptionIdField,
)
from duro.http_kit.inputs import Input, NotNull, PageSection, Section
from duro.http_kit.promo_fields import PromoCodeField
from duro.merchant_api.given import KEPT, Given
from duro.merchant_api.subscriptions import (
    CancelSubscriptionCommand,
    StartSubscriptionCommand,
    UpdateSubscriptionCommand,
)

QuantityField = Annotated[int, Field(ge=1, le=1_000_000)]
BillingDayField = Annotated[int, Field(ge=1, le=31)]


class StartSubscriptionBody(Section):
    """A new subscription.

    `trialDays` and `maxCycles` replace the plan's; a future `currentPeriodEnd` says that the time until then is paid
    for already. With a `billingDay`, a day of the month, the time before the first such day is billed as a part-period.
    """

    customer_id: CustomerIdField
    plan_id: PlanIdField
    payment_method_id: PaymentMethodIdField | None = None
    quantity: QuantityField = 1
    trial_days: Annotated[int, Field(ge=0, le=1000)] | None = None
    max_cycles: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    billing_day: BillingDayField | None = None
    current_period_end: InstantField | None = None
    metadata: MetadataField = Field(default_factory=dict)
    promo_code: PromoCodeField | None = None

    def command(self) -> StartSubscriptionCommand:
        return StartSubscriptionCommand(
            customer_id=self.customer_id,
            plan_id=self.plan_id,
            payment_method_id=self.payment_method_id,
            quantity=self.quantity,
            trial_days=self.trial_days,
            max_cycles=self.max_cycles,
            billing_day=self.billing_day,
            current_period_end=self.current_period_end,
            metadata=self.metadata,
            promo_code=self.promo_code,
        )


class UpdateSubscriptionBody(Section):
    """What changes about a subscription, at no cost; metadata is replaced as a whole.

    A `billingDay` takes over once the current period is over; the time up to it is then billed as a part-period. A
    `paymentMethodId` of null leaves it without one.
    """

    cancel_at_period_end: Annotated[bool | None, NotNull()] = None
    billing_day: Annotated[BillingDayField | None, NotNull()] = None
    payment_method_id: PaymentMethodIdField | None = None
    metadata: Annotated[MetadataField | None, NotNull()] = None


class CancelSubscriptionBody(Section):
    """When it ends: now, or with the period that is paid for."""

    at_period_end: bool = False


class SubscriptionPath(Section):
    """Which subscription."""

    subscription_id: SubscriptionIdField


class SubscriptionQuery(PageSection):
    """Which subscriptions."""

    status: Annotated[SubscriptionStatus | None, Field(strict=False), NotNull()] = None
    customer_id: CustomerIdField | None = None


class StartSubscriptionInput(Input):
    """Reads POST /v1/subscriptions."""

    body: StartSubscriptionBody


class SubscriptionInput(Input):
    """Reads a request about one subscription."""

    path: SubscriptionPath


class ListSubscriptionsInput(Input):
    """Reads GET /v1/subscriptions."""

    query: SubscriptionQuery


class CancelSubscriptionInput(Input):
    """Reads POST /v1/subscriptions/{subscriptionId}/cancel."""

    path: SubscriptionPath
    body: CancelSubscriptionBody

    def command(self) -> CancelSubscriptionCommand:
        return CancelSubscriptionCommand(
            subscription_id=self.path.subscription_id, at_period_end=self.body.at_period_end
        )


class UpdateSubscriptionInput(Input):
    """Reads PATCH /v1/subscriptions/{subscriptionId}."""

    path: SubscriptionPath
    body: UpdateSubscriptionBody

    def command(self) -> UpdateSubscriptionCommand:
        body = self.body
        return UpdateSubscriptionCommand(
            subscription_id=self.path.subscription_id,
            cancel_at_period_end=KEPT if body.cancel_at_period_end is None else Given(body.cancel_at_period_end),
            billing_day=KEPT if body.billing_day is None else Given(body.billing_day),
            payment_method_id=Given(body.payment_method_id) if "payment_method_id" in body.model_fields_set else KEPT,
            metadata=KEPT if body.metadata is None else Given(body.metadata),
        )
