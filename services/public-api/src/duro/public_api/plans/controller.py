from litestar import Controller, Response, get, patch, post
from litestar.di import NamedDependency

from duro.db.pages import PageRequest
from duro.http_kit.answers import Answer
from duro.http_kit.call import Call
from duro.http_kit.operation import Operation
from duro.public_api.merchant import Merchant
from duro.public_api.plans.bodies import CreatePlanInput, ListPlansInput, PlanInput, UpdatePlanInput
from duro.public_api.plans.examples import PlanExamples
from duro.public_api.plans.views import PlanPage, PlanView
from duro.public_api.wire import ExamplePage

_CREATE = Operation(
    id="createPlan",
    summary="Create a plan",
    form=CreatePlanInput,
    answer=PlanView,
    status=201,
    example=PlanExamples.BODY,
    answer_example=PlanExamples.VIEW,
)
_LIST = Operation(
    id="listPlans",
    summary="List plans",
    form=ListPlansInput,
    answer=PlanPage,
    answer_example=ExamplePage.of(PlanExamples.VIEW),
)
_GET = Operation(
    id="getPlan",
    summary="Get a plan",
    form=PlanInput,
    answer=PlanView,
    refusals=(404,),
    answer_example=PlanExamples.VIEW,
)
_UPDATE = Operation(
    id="updatePlan",
    summary="Change a plan",
    description="Touches subscriptions that start later; those that run keep the terms they copied.",
    form=UpdatePlanInput,
    answer=PlanView,
    refusals=(404,),
    example=PlanExamples.CHANGE,
    answer_example=PlanExamples.VIEW,
)
_ARCHIVE = Operation(
    id="archivePlan",
    summary="Archive a plan",
    description="No subscription can start on it any more; those that run go on.",
    form=PlanInput,
    answer=PlanView,
    refusals=(404,),
    answer_example=PlanExamples.VIEW,
)


class PlansController(Controller):
    """What a merchant sells."""

    path = "/v1/plans"
    tags = ("Plans",)

    @post(opt=_CREATE.opt)
    async def create(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(CreatePlanInput)
        act = merchant.create_plan
        return await call.once(
            lambda receipt: act.execute(call.tenant_id, given.body.command(), receipt), PlanView.of, status=201
        )

    @get(opt=_LIST.opt)
    async def browse(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = (await call.read(ListPlansInput)).query
        page = PageRequest(given.limit, given.cursor)
        return Answer(200, await merchant.plans.page(call.tenant_id, page, is_archived=given.archived)).response()

    @get("/{planId:str}", opt=_GET.opt)
    async def show(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(PlanInput)
        return Answer(200, await merchant.plans.one(call.tenant_id, given.path.plan_id)).response()

    @patch("/{planId:str}", opt=_UPDATE.opt)
    async def update(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(UpdatePlanInput)
        act = merchant.update_plan
        return await call.once(lambda receipt: act.execute(call.tenant_id, given.command(), receipt), PlanView.of)

    @post("/{planId:str}/archive", opt=_ARCHIVE.opt)
    async def archive(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(PlanInput)
        act = merchant.archive_plan
        return await call.once(lambda receipt: act.execute(call.tenant_id, given.path.plan_id, receipt), PlanView.of)
