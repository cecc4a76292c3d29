from litestar import Controller, Response, delete, get, post
from litestar.di import NamedDependency

from duro.http_kit.call import Call
from duro.http_kit.operation import Operation
from duro.public_api.merchant import Merchant
from duro.public_api.subscriptions.bodies import SubscriptionInput
from duro.public_api.subscriptions.change_bodies import ChangePlanInput
from duro.public_api.subscriptions.change_examples import ChangeExamples
from duro.public_api.subscriptions.change_views import (
    ChangedSubscriptionView,
    ChangePreviewView,
    UpcomingInvoiceView,
)
from duro.public_api.subscriptions.examples import SubscriptionExamples
from duro.public_api.subscriptions.views import SubscriptionView

_CHANGE_PLAN = Operation(
    id="changePlan",
    summary="Change the plan or the quantity of a subscription",
    description="Now, or `at_renewal`, in place of any change that is scheduled. While it is past due, unpaid or "
    "paused the change is scheduled. What is to be paid at once is collected within 10 seconds; a decline is no error, "
    "the invoice tells of it.",
    form=ChangePlanInput,
    answer=ChangedSubscriptionView,
    refusals=(404, 409),
    example=ChangeExamples.BODY,
    answer_example=ChangeExamples.VIEW,
)
_PREVIEW = Operation(
    id="previewChange",
    summary="Preview a change of plan",
    description="Decides as the change would, to the minor unit, and writes nothing.",
    form=ChangePlanInput,
    answer=ChangePreviewView,
    refusals=(404, 409),
    is_reading=True,
    example=ChangeExamples.BODY,
    answer_example=ChangeExamples.PREVIEW,
)
_UNSCHEDULE = Operation(
    id="unscheduleChange",
    summary="Take back a scheduled change of plan",
    form=SubscriptionInput,
    answer=SubscriptionView,
    refusals=(404, 409),
    answer_example=SubscriptionExamples.VIEW,
)
_PAUSE = Operation(
    id="pauseSubscription",
    summary="Pause a subscription",
    description="The current period runs on; nothing is billed after it until the subscription is resumed.",
    form=SubscriptionInput,
    answer=SubscriptionView,
    refusals=(404, 409),
    answer_example=SubscriptionExamples.VIEW,
)
_RESUME = Operation(
    id="resumeSubscription",
    summary="Resume a paused subscription",
    description="A period that still runs goes on. Later, a new one begins now and is billed at once, within 10 "
    "seconds; paused time is never billed.",
    form=SubscriptionInput,
    answer=SubscriptionView,
    refusals=(404, 409),
    answer_example=SubscriptionExamples.VIEW,
)
_UPCOMING = Operation(
    id="getUpcomingInvoice",
    summary="Foresee the next invoice of a subscription",
    description="`no_upcoming_invoice` (404) where, as it stands, it won't be billed again.",
    form=SubscriptionInput,
    answer=UpcomingInvoiceView,
    refusals=(404,),
    answer_example=ChangeExamples.UPCOMING,
)


class SubscriptionChangesController(Controller):
    """What happens to standing orders between two renewals."""

    path = "/v1/subscriptions/{subscriptionId:str}"
    tags = ("Subscriptions",)

    @post("/change-plan", status_code=200, opt=_CHANGE_PLAN.opt)
    async def change_plan(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(ChangePlanInput)
        act, command = merchant.subscription_changes.change_plan, given.command()
        return await call.once(
            lambda receipt: act.execute(call.tenant_id, command, receipt), ChangedSubscriptionView.of
        )

    @post("/preview", status_code=200, opt=_PREVIEW.opt)
    async def preview(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(ChangePlanInput)
        found = await merchant.subscription_changes.preview.execute(call.tenant_id, given.command())
        return call.shown(ChangePreviewView.of(found))

    @delete("/scheduled-change", status_code=200, opt=_UNSCHEDULE.opt)
    async def unschedule(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(SubscriptionInput)
        act = merchant.subscription_changes.unschedule
        return await call.once(
            lambda receipt: act.execute(call.tenant_id, given.path.subscription_id, receipt), SubscriptionView.of
        )

    @post("/pause", status_code=200, opt=_PAUSE.opt)
    async def pause(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(SubscriptionInput)
        act = merchant.subscription_changes.pause
        return await call.once(
            lambda receipt: act.execute(call.tenant_id, given.path.subscription_id, receipt), SubscriptionView.of
        )

    @post("/resume", status_code=200, opt=_RESUME.opt)
    async def resume(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(SubscriptionInput)
        act = merchant.subscription_changes.resume
        return await call.once(
            lambda receipt: act.execute(call.tenant_id, given.path.subscription_id, receipt), SubscriptionView.of
        )

    @get("/upcoming-invoice", opt=_UPCOMING.opt)
    async def upcoming(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(SubscriptionInput)
        found = await merchant.subscription_changes.get_upcoming_invoice.execute(
            call.tenant_id, given.path.subscription_id
        )
        return call.shown(UpcomingInvoiceView.of(found))
