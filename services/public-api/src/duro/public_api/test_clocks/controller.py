from litestar import Controller, Response, get, post
from litestar.di import NamedDependency

from duro.db.pages import PageRequest
from duro.http_kit.call import Call
from duro.http_kit.operation import Operation
from duro.public_api.merchant import Merchant
from duro.public_api.test_clocks.bodies import (
    AdvanceTestClockInput,
    CreateTestClockInput,
    ListTestClocksInput,
    TestClockInput,
)
from duro.public_api.test_clocks.examples import TestClockExamples
from duro.public_api.test_clocks.views import TestClockPage, TestClockView
from duro.public_api.wire import ExamplePage

_CREATE = Operation(
    id="createTestClock",
    summary="Create a test clock",
    description="Customers created with its id live by it, and so does everything of theirs. Live mode has no test "
    "clocks: there every one of these requests is answered with `test_mode_only`.",
    form=CreateTestClockInput,
    answer=TestClockView,
    status=201,
    refusals=(404,),
    example=TestClockExamples.BODY,
    answer_example=TestClockExamples.VIEW,
)
_LIST = Operation(
    id="listTestClocks",
    summary="List test clocks",
    form=ListTestClocksInput,
    answer=TestClockPage,
    refusals=(404,),
    answer_example=ExamplePage.of(TestClockExamples.VIEW),
)
_GET = Operation(
    id="getTestClock",
    summary="Get a test clock",
    form=TestClockInput,
    answer=TestClockView,
    refusals=(404,),
    answer_example=TestClockExamples.VIEW,
)
_ADVANCE = Operation(
    id="advanceTestClock",
    summary="Advance a test clock",
    description="Everything that falls due on the way happens, each at its instant. A call does at most 500 things, or "
    "what it can in 20 seconds: while `status` is `advancing`, send the request again, under another idempotency key. "
    "Until it is `ready` whatever else would write for its customers is refused with `test_clock_advancing`.",
    form=AdvanceTestClockInput,
    answer=TestClockView,
    refusals=(404, 409),
    example=TestClockExamples.ADVANCE,
    answer_example={**TestClockExamples.VIEW, "now": "2027-01-31T09:00:00Z"},
)


class TestClocksController(Controller):
    """Times of their own, in test mode."""

    path = "/v1/test-clocks"
    tags = ("Test clocks",)

    @post(opt=_CREATE.opt)
    async def create(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(CreateTestClockInput)
        act = merchant.create_test_clock
        return await call.once(
            lambda receipt: act.execute(call.tenant_id, given.body.command(), receipt), TestClockView.of, status=201
        )

    @get(opt=_LIST.opt)
    async def browse(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = (await call.read(ListTestClocksInput)).query
        page = PageRequest(given.limit, given.cursor)
        return call.shown(TestClockPage.of(await merchant.list_test_clocks.execute(call.tenant_id, page)))

    @get("/{clockId:str}", opt=_GET.opt)
    async def show(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(TestClockInput)
        return call.shown(TestClockView.of(await merchant.get_test_clock.execute(call.tenant_id, given.path.clock_id)))

    @post("/{clockId:str}/advance", opt=_ADVANCE.opt)
    async def advance(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(AdvanceTestClockInput)
        act = merchant.advance_test_clock
        return await call.once(lambda receipt: act.execute(call.tenant_id, given.command(), receipt), TestClockView.of)
