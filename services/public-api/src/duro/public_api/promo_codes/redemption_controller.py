from litestar import Controller, Response, delete, post
from litestar.di import NamedDependency

from duro.http_kit.call import Call
from duro.http_kit.operation import Operation
from duro.public_api.merchant import Merchant
from duro.public_api.promo_codes.bodies import RedeemPromoCodeInput, RemovePromoCodeInput
from duro.public_api.promo_codes.examples import PromoCodeExamples
from duro.public_api.subscriptions.examples import SubscriptionExamples
from duro.public_api.subscriptions.views import SubscriptionView

_REDEEM = Operation(
    id="redeemPromoCode",
    summary="Redeem a promo code for a subscription",
    description="It takes something off the invoices to come, in place of any other promotion; an invoice that is open "
    "stays as it is.",
    form=RedeemPromoCodeInput,
    answer=SubscriptionView,
    refusals=(404, 409),
    example=PromoCodeExamples.REDEMPTION,
    answer_example=SubscriptionExamples.VIEW,
)
_REMOVE = Operation(
    id="removePromoCode",
    summary="Take a subscription's promotion away",
    description="Its redemption stays counted. An invoice that is open stays as it is.",
    form=RemovePromoCodeInput,
    answer=SubscriptionView,
    refusals=(404, 409),
    answer_example=SubscriptionExamples.VIEW,
)


class RedemptionController(Controller):
    """The promotion of a subscription."""

    path = "/v1/subscriptions/{subscriptionId:str}/promo-code"
    tags = ("Subscriptions",)

    @post(status_code=200, opt=_REDEEM.opt)
    async def redeem(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(RedeemPromoCodeInput)
        act = merchant.promo_codes.redeem
        return await call.once(
            lambda receipt: act.execute(call.tenant_id, given.command(), receipt), SubscriptionView.of
        )

    @delete(status_code=200, opt=_REMOVE.opt)
    async def remove(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(RemovePromoCodeInput)
        act = merchant.promo_codes.remove
        return await call.once(
            lambda receipt: act.execute(call.tenant_id, given.path.subscription_id, receipt), SubscriptionView.of
        )
