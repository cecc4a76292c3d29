from litestar import Controller, Response, get
from litestar.di import NamedDependency

from duro.db.pages import PageRequest
from duro.http_kit.call import Call
from duro.http_kit.operation import Operation
from duro.public_api.events.bodies import EventInput, ListEventsInput
from duro.public_api.events.examples import EventExamples
from duro.public_api.events.views import EventPage, EventView
from duro.public_api.merchant import Merchant
from duro.public_api.wire import ExamplePage

_LIST = Operation(
    id="listEvents",
    summary="List events",
    form=ListEventsInput,
    answer=EventPage,
    answer_example=ExamplePage.of(EventExamples.VIEW),
)
_GET = Operation(
    id="getEvent",
    summary="Get an event",
    form=EventInput,
    answer=EventView,
    refusals=(404,),
    answer_example=EventExamples.VIEW,
)


class EventsController(Controller):
    """What happened."""

    path = "/v1/events"
    tags = ("Events",)

    @get(opt=_LIST.opt)
    async def browse(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = (await call.read(ListEventsInput)).query
        page = PageRequest(given.limit, given.cursor)
        found = await merchant.list_events.execute(
            call.tenant_id, page, subscription_id=given.subscription_id, event_type=given.type
        )
        return call.shown(EventPage.of(found))

    @get("/{eventId:str}", opt=_GET.opt)
    async def show(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(EventInput)
        return call.shown(EventView.of(await merchant.get_event.execute(call.tenant_id, given.path.event_id)))
