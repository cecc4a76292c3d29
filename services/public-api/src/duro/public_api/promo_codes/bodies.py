from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from duro.billing import Discount, FixedDiscount, PercentageDiscount, PromotionDuration
from duro.http_kit.fields import (
    CurrencyField,
    InstantField,
    PlanIdField,
    SubscriptionIdField,
)
from duro.http_kit.inputs import Input, PageSection, Section
from duro.http_kit.percent import PercentField
from duro.http_kit.promo_fields import PromoCodeField, PromoCodeIdField
from duro.kernel import Money
from duro.merchant_api.promo_codes import CreatePromoCodeCommand, RedeemPromoCodeCommand

AmountOffField = Annotated[int, Field(gt=0, lt=10**12, description="Minor units: 500000 NGN is ₦5,000.00.")]
CountField = Annotated[int, Field(ge=1, le=1_000_000_000)]
PlanIdsField = Annotated[list[PlanIdField], Field(min_length=1, max_length=100)]


class CreatePromoCodeBody(Section):
    """A new promo code: `percentOff`, or `amountOff` with its `currency`; `durationCycles` when it is repeating."""

    code: PromoCodeField
    percent_off: PercentField | None = None
    amount_off: Annotated[AmountOffField | None, Field(validate_default=True)] = None
    currency: Annotated[CurrencyField | None, Field(validate_default=True)] = None
    duration: Annotated[PromotionDuration, Field(strict=False)]
    duration_cycles: Annotated[Annotated[int, Field(ge=1, le=1000)] | None, Field(validate_default=True)] = None
    plan_ids: PlanIdsField | None = None
    max_redemptions: CountField | None = None
    expires_at: InstantField | None = None

    @field_validator("amount_off")
    @classmethod
    def _one_of_two(cls, amount_off: int | None, given: ValidationInfo) -> int | None:
        if "percent_off" in given.data and (given.data["percent_off"] is None) is (amount_off is None):
            message = "Either percentOff or amountOff must be given, and not both."
            raise ValueError(message)
        return amount_off

    @field_validator("currency")
    @classmethod
    def _with_an_amount(cls, currency: object, given: ValidationInfo) -> object:
        if "amount_off" in given.data and (given.data["amount_off"] is None) is not (currency is None):
            message = "Must be given with amountOff, and only then."
            raise ValueError(message)
        return currency

    @field_validator("duration_cycles")
    @classmethod
    def _if_repeating(cls, cycles: int | None, given: ValidationInfo) -> int | None:
        is_repeating = given.data.get("duration") is PromotionDuration.REPEATING
        if "duration" in given.data and is_repeating is (cycles is None):
            message = "Must be given when the duration is repeating, and only then."
            raise ValueError(message)
        return cycles

    def command(self) -> CreatePromoCodeCommand:
        return CreatePromoCodeCommand(
            code=self.code,
            discount=self._discount(),
            duration=self.duration,
            cycles=self.duration_cycles,
            plan_ids=None if self.plan_ids is None else tuple(dict.fromkeys(self.plan_ids)),
            max_redemptions=self.max_redemptions,
            expires_at=self.expires_at,
        )

    def _discount(self) -> Discount:
        if self.amount_off is not None and self.currency is not None:
            return FixedDiscount(Money(self.amount_off, self.currency))
        return PercentageDiscount(self.percent_off or 0)


class RedeemPromoCodeBody(Section):
    """Which code."""

    promo_code: PromoCodeField


class PromoCodePath(Section):
    """Which promo code."""

    promo_code_id: PromoCodeIdField


class PromoCodeByCodePath(Section):
    """Which promo code, by the code itself."""

    code: PromoCodeField


class RedeemingPath(Section):
    """For which subscription."""

    subscription_id: SubscriptionIdField


class PromoCodeQuery(PageSection):
    """Which promo codes."""

    archived: Annotated[bool | None, Field(strict=False)] = None


class CreatePromoCodeInput(Input):
    """Reads POST /v1/promo-codes."""

    body: CreatePromoCodeBody


class PromoCodeInput(Input):
    """Reads a request about one promo code."""

    path: PromoCodePath


class PromoCodeByCodeInput(Input):
    """Reads GET /v1/promo-codes/code/{code}."""

    path: PromoCodeByCodePath


class ListPromoCodesInput(Input):
    """Reads GET /v1/promo-codes."""

    query: PromoCodeQuery


class RedeemPromoCodeInput(Input):
    """Reads POST /v1/subscriptions/{subscriptionId}/promo-code."""

    path: RedeemingPath
    body: RedeemPromoCodeBody

    def command(self) -> RedeemPromoCodeCommand:
        return RedeemPromoCodeCommand(subscription_id=self.path.subscription_id, code=self.body.promo_code)


class RemovePromoCodeInput(Input):
    """Reads DELETE /v1/subscriptions/{subscriptionId}/promo-code."""

    path: RedeemingPath
