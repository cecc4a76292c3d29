from litestar import Controller, Response, delete, get, put
from litestar.di import NamedDependency

from duro.http_kit.call import Call
from duro.http_kit.operation import Operation
from duro.public_api.merchant import Merchant
from duro.public_api.message_templates.bodies import (
    MessageTemplateInput,
    MessageTemplatesInput,
    PutMessageTemplateInput,
)
from duro.public_api.message_templates.examples import MessageTemplateExamples
from duro.public_api.message_templates.views import MessageTemplateView, TemplateSummariesView

_LIST = Operation(
    id="listMessageTemplates",
    summary="List which messages are told in your own words",
    form=MessageTemplatesInput,
    answer=TemplateSummariesView,
    answer_example=MessageTemplateExamples.LIST,
)
_GET = Operation(
    id="getMessageTemplate",
    summary="Get your own words for a kind of message",
    form=MessageTemplateInput,
    answer=MessageTemplateView,
    answer_example=MessageTemplateExamples.VIEW,
)
_PUT = Operation(
    id="putMessageTemplate",
    summary="Tell a kind of message in your own words",
    description="It holds from the next message on. A letter is words and merge tags; everything that is wrong with it "
    "is told at once. If a message lacks a tag that the letter names, the usual letter is sent instead.",
    form=PutMessageTemplateInput,
    answer=MessageTemplateView,
    example=MessageTemplateExamples.BODY,
    answer_example=MessageTemplateExamples.VIEW,
)
_REMOVE = Operation(
    id="removeMessageTemplate",
    summary="Tell a kind of message in the usual words again",
    form=MessageTemplateInput,
    answer=MessageTemplateView,
    refusals=(404,),
    answer_example=MessageTemplateExamples.USUAL,
)


class MessageTemplatesController(Controller):
    """Merchants' own words for what payers are told."""

    path = "/v1/settings/messages"
    tags = ("Messages",)

    @get(opt=_LIST.opt)
    async def browse(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        await call.read(MessageTemplatesInput)
        return call.shown(TemplateSummariesView.of(await merchant.message_templates.list.execute(call.tenant_id)))

    @get("/{kind:str}", opt=_GET.opt)
    async def show(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(MessageTemplateInput)
        found = await merchant.message_templates.find.execute(call.tenant_id, given.path.kind)
        return call.shown(MessageTemplateView.of(found))

    @put("/{kind:str}", opt=_PUT.opt)
    async def change(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(PutMessageTemplateInput)
        act = merchant.message_templates.put
        return await call.once(
            lambda receipt: act.execute(call.tenant_id, given.command(), receipt), MessageTemplateView.of
        )

    @delete("/{kind:str}", status_code=200, opt=_REMOVE.opt)
    async def remove(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(MessageTemplateInput)
        act = merchant.message_templates.remove
        return await call.once(
            lambda receipt: act.execute(call.tenant_id, given.path.kind, receipt), MessageTemplateView.of
        )
