from litestar import Controller, Response, get
from litestar.di import NamedDependency

from duro.db.pages import PageRequest
from duro.http_kit.call import Call
from duro.http_kit.operation import Operation
from duro.public_api.merchant import Merchant
from duro.public_api.messages.bodies import ListMessagesInput, MessageInput
from duro.public_api.messages.examples import MessageExamples
from duro.public_api.messages.views import MessagePage, MessageView
from duro.public_api.wire import ExamplePage

_LIST = Operation(
    id="listMessages",
    summary="List messages",
    form=ListMessagesInput,
    answer=MessagePage,
    answer_example=ExamplePage.of(MessageExamples.VIEW),
)
_GET = Operation(
    id="getMessage",
    summary="Get a message",
    form=MessageInput,
    answer=MessageView,
    refusals=(404,),
    answer_example=MessageExamples.VIEW,
)


class MessagesController(Controller):
    """What payers are told."""

    path = "/v1/messages"
    tags = ("Messages",)

    @get(opt=_LIST.opt)
    async def browse(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = (await call.read(ListMessagesInput)).query
        page = PageRequest(given.limit, given.cursor)
        found = await merchant.list_messages.execute(
            call.tenant_id, page, customer_id=given.customer_id, subscription_id=given.subscription_id
        )
        return call.shown(MessagePage.of(found))

    @get("/{messageId:str}", opt=_GET.opt)
    async def show(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(MessageInput)
        return call.shown(MessageView.of(await merchant.get_message.execute(call.tenant_id, given.path.message_id)))
