from litestar import Controller, Response, get, post
from litestar.di import NamedDependency

from duro.db.pages import PageRequest
from duro.http_kit.call import Call
from duro.http_kit.operation import Operation
from duro.public_api.merchant import Merchant
from duro.public_api.recovery.bodies import (
    ListSchedulesInput,
    RecoveryLedgerInput,
    ScheduleInput,
    ScheduleStepsInput,
)
from duro.public_api.recovery.examples import RecoveryExamples
from duro.public_api.recovery.views import RecoveredPage, ScheduleDetailView, SchedulePage, StepPage
from duro.public_api.wire import ExamplePage

_LIST = Operation(
    id="listRecoverySchedules",
    summary="List recovery cases",
    form=ListSchedulesInput,
    answer=SchedulePage,
    answer_example=ExamplePage.of(RecoveryExamples.SCHEDULE),
)
_GET = Operation(
    id="getRecoverySchedule",
    summary="Get a recovery case and its tries",
    form=ScheduleInput,
    answer=ScheduleDetailView,
    refusals=(404,),
    answer_example=RecoveryExamples.DETAIL,
)
_STEPS = Operation(
    id="listRecoverySteps",
    summary="List what happened to a recovery case, and why",
    form=ScheduleStepsInput,
    answer=StepPage,
    refusals=(404,),
    answer_example=ExamplePage.of(RecoveryExamples.STEP),
)
_RETRY = Operation(
    id="retryRecoverySchedule",
    summary="Try a recovery case now",
    description="The saved method is charged once for what remains; that uses up none of the planned tries. The "
    "provider is waited for at most 10 seconds. A revoked payment (409 `payment_revoked`) and a card that may never be "
    "tried again (409 `card_barred`) aren't charged whoever asks, nor is a card before its network allows the next try "
    "(409 `card_budget_spent`, whose message says from when).",
    form=ScheduleInput,
    answer=ScheduleDetailView,
    refusals=(404, 503),
    answer_example=RecoveryExamples.DETAIL,
)
_PAUSE = Operation(
    id="pauseRecoverySchedule",
    summary="Let a recovery case rest",
    form=ScheduleInput,
    answer=ScheduleDetailView,
    refusals=(404,),
    answer_example=RecoveryExamples.DETAIL,
)
_RESUME = Operation(
    id="resumeRecoverySchedule",
    summary="Go on with a recovery case",
    description="The time that it rested is given back to it: its deadline is later by as much.",
    form=ScheduleInput,
    answer=ScheduleDetailView,
    refusals=(404,),
    answer_example=RecoveryExamples.DETAIL,
)
_LEDGER = Operation(
    id="listRecoveredMoney",
    summary="List recovered money and what won it",
    form=RecoveryLedgerInput,
    answer=RecoveredPage,
    answer_example=ExamplePage.of(RecoveryExamples.RECOVERED),
)


class RecoveryController(Controller):
    """Charges that failed, and what came of them."""

    path = "/v1/recovery"
    tags = ("Recovery",)

    @get("/schedules", opt=_LIST.opt)
    async def browse(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = (await call.read(ListSchedulesInput)).query
        found = await merchant.recovery.list_cases.execute(
            call.tenant_id,
            PageRequest(given.limit, given.cursor),
            subscription_id=given.subscription_id,
            customer_id=given.customer_id,
            state=given.state,
        )
        return call.shown(SchedulePage.of(found))

    @get("/schedules/{scheduleId:str}", opt=_GET.opt)
    async def show(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(ScheduleInput)
        found = await merchant.recovery.get_case.execute(call.tenant_id, given.path.schedule_id)
        return call.shown(ScheduleDetailView.of(found))

    @get("/schedules/{scheduleId:str}/steps", opt=_STEPS.opt)
    async def steps(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(ScheduleStepsInput)
        page = PageRequest(given.query.limit, given.query.cursor)
        found = await merchant.recovery.list_cases.events(call.tenant_id, given.path.schedule_id, page)
        return call.shown(StepPage.of(found))

    @post("/schedules/{scheduleId:str}/retry-now", opt=_RETRY.opt)
    async def retry(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(ScheduleInput)
        act = merchant.recovery.retry_now
        return await call.once(
            lambda receipt: act.execute(call.tenant_id, given.path.schedule_id, receipt), ScheduleDetailView.of
        )

    @post("/schedules/{scheduleId:str}/pause", opt=_PAUSE.opt)
    async def pause(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(ScheduleInput)
        act = merchant.recovery.pause
        return await call.once(
            lambda receipt: act.pause(call.tenant_id, given.path.schedule_id, receipt), ScheduleDetailView.of
        )

    @post("/schedules/{scheduleId:str}/resume", opt=_RESUME.opt)
    async def resume(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(ScheduleInput)
        act = merchant.recovery.pause
        return await call.once(
            lambda receipt: act.resume(call.tenant_id, given.path.schedule_id, receipt), ScheduleDetailView.of
        )

    @get("/ledger", opt=_LEDGER.opt)
    async def ledger(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = (await call.read(RecoveryLedgerInput)).query
        page = PageRequest(given.limit, given.cursor)
        found = await merchant.recovery.list_cases.recovered(call.tenant_id, page)
        return call.shown(RecoveredPage.of(found))
