from litestar import Controller, Response, get
from litestar.di import NamedDependency

from duro.http_kit.call import Call
from duro.http_kit.operation import Operation
from duro.public_api.analytics.bodies import AnalyticsInput
from duro.public_api.analytics.examples import AnalyticsExamples
from duro.public_api.analytics.views import FailuresView, OverviewView
from duro.public_api.merchant import Merchant

_OVERVIEW = Operation(
    id="getOverview",
    summary="Get what recurs, who left and why, and what became of money at risk",
    description="A subscription left by failure if its recovery was exhausted in that time, else by choice if it was "
    "canceled in it. Cases count for when their charge failed, and stand as they stand now.",
    form=AnalyticsInput,
    answer=OverviewView,
    answer_example=AnalyticsExamples.OVERVIEW,
)
_FAILURES = Operation(
    id="getFailures",
    summary="Get declined charges by code, and recovery by month of failure",
    description="What was recovered is told before and after the fees that providers say they kept; cases still open "
    "count in the denominator of every rate.",
    form=AnalyticsInput,
    answer=FailuresView,
    answer_example=AnalyticsExamples.FAILURES,
)


class AnalyticsController(Controller):
    """How a business stands."""

    path = "/v1/analytics"
    tags = ("Analytics",)

    @get("/overview", opt=_OVERVIEW.opt)
    async def overview(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = (await call.read(AnalyticsInput)).query
        stretch = merchant.analytics.stretch(given.since, given.until)
        return call.shown(OverviewView.of(stretch, await merchant.analytics.overview(call.tenant_id, stretch)))

    @get("/failures", opt=_FAILURES.opt)
    async def failures(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = (await call.read(AnalyticsInput)).query
        stretch = merchant.analytics.stretch(given.since, given.until)
        return call.shown(FailuresView.of(stretch, await merchant.analytics.failures(call.tenant_id, stretch)))
