from litestar import Controller, Response, get, patch, post
from litestar.di import NamedDependency

from duro.db.pages import PageRequest
from duro.http_kit.call import Call
from duro.http_kit.operation import Operation
from duro.public_api.merchant import Merchant
from duro.public_api.subscriptions.bodies import (
    CancelSubscriptionInput,
    ListSubscriptionsInput,
    StartSubscriptionInput,
    SubscriptionInput,
    UpdateSubscriptionInput,
)
from duro.public_api.subscriptions.examples import SubscriptionExamples
from duro.public_api.subscriptions.views import SubscriptionPage, SubscriptionView
from duro.public_api.wire import ExamplePage

_START = Operation(
    id="startSubscription",
    summary="Start a subscription",
    description="Without a trial the first payment is collected at once, within 10 seconds. A decline, or an answer "
    "that isn't known yet, is no error: the subscription is `incomplete` and its invoice tells more.",
    form=StartSubscriptionInput,
    answer=SubscriptionView,
    status=201,
    refusals=(404, 409),
    example=SubscriptionExamples.BODY,
    answer_example=SubscriptionExamples.VIEW,
)
_LIST = Operation(
    id="listSubscriptions",
    summary="List subscriptions",
    form=ListSubscriptionsInput,
    answer=SubscriptionPage,
    answer_example=ExamplePage.of(SubscriptionExamples.VIEW),
)
_GET = Operation(
    id="getSubscription",
    summary="Get a subscription",
    form=SubscriptionInput,
    answer=SubscriptionView,
    refusals=(404,),
    answer_example=SubscriptionExamples.VIEW,
)
_UPDATE = Operation(
    id="updateSubscription",
    summary="Update a subscription",
    description="`cancelAtPeriodEnd` lets it end with its period, or takes that back; while it is incomplete, past "
    "due or unpaid, `true` cancels it now.",
    form=UpdateSubscriptionInput,
    answer=SubscriptionView,
    refusals=(404, 409),
    example=SubscriptionExamples.CHANGE,
    answer_example=SubscriptionExamples.VIEW,
)
_CANCEL = Operation(
    id="cancelSubscription",
    summary="Cancel a subscription",
    description="Now, or with `atPeriodEnd` when the paid period is over. Open invoices are voided. A charge in flight "
    "doesn't stop it: money that turns out taken is refunded.",
    form=CancelSubscriptionInput,
    answer=SubscriptionView,
    refusals=(404, 409),
    example=SubscriptionExamples.CANCEL,
    answer_example=SubscriptionExamples.VIEW,
)


class SubscriptionsController(Controller):
    """Standing orders."""

    path = "/v1/subscriptions"
    tags = ("Subscriptions",)

    @post(opt=_START.opt)
    async def start(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(StartSubscriptionInput)
        act = merchant.start_subscription
        return await call.once(
            lambda receipt: act.execute(call.tenant_id, given.body.command(), receipt), SubscriptionView.of, status=201
        )

    @get(opt=_LIST.opt)
    async def browse(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = (await call.read(ListSubscriptionsInput)).query
        page = PageRequest(given.limit, given.cursor)
        found = await merchant.list_subscriptions.execute(
            call.tenant_id, page, customer_id=given.customer_id, status=given.status
        )
        return call.shown(SubscriptionPage.of(found))

    @get("/{subscriptionId:str}", opt=_GET.opt)
    async def show(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(SubscriptionInput)
        found = await merchant.get_subscription.execute(call.tenant_id, given.path.subscription_id)
        return call.shown(SubscriptionView.of(found))

    @patch("/{subscriptionId:str}", opt=_UPDATE.opt)
    async def update(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(UpdateSubscriptionInput)
        act = merchant.subscription_changes.update
        return await call.once(
            lambda receipt: act.execute(call.tenant_id, given.command(), receipt), SubscriptionView.of
        )

    @post("/{subscriptionId:str}/cancel", opt=_CANCEL.opt)
    async def cancel(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(CancelSubscriptionInput)
        act = merchant.cancel_subscription
        return await call.once(
            lambda receipt: act.execute(call.tenant_id, given.command(), receipt), SubscriptionView.of
        )
