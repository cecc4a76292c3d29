from typing import Final

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from duro.crypto import LinkPurpose
from duro.public_api.payers.desk import PayersDesk
from duro.public_api.payers.payer_form import PayerForm

_LARGEST: Final = PayerForm.LARGEST_BYTES


class PayController(Controller):
    """The pages behind links that let a payer pay what they owe: whoever has the link needs no key."""

    path = "/pay"

    @get("/{token:str}", opt={"public": True})
    async def show(
        self, request: Request[object, object, State], token: FromPath[str], desk: NamedDependency[PayersDesk]
    ) -> Response[str]:
        return await desk.show(token, LinkPurpose.PAY, sent=request.query_params.get("sent", ""))

    @post("/{token:str}", opt={"public": True}, request_max_body_size=_LARGEST)
    async def take(
        self, request: Request[object, object, State], token: FromPath[str], desk: NamedDependency[PayersDesk]
    ) -> Response[str]:
        return await desk.take(token, LinkPurpose.PAY, await request.body())


class UpdateController(Controller):
    """The pages behind links that let a payer change how they pay."""

    path = "/update"

    @get("/{token:str}", opt={"public": True})
    async def show(
        self, request: Request[object, object, State], token: FromPath[str], desk: NamedDependency[PayersDesk]
    ) -> Response[str]:
        return await desk.show(token, LinkPurpose.UPDATE, sent=request.query_params.get("sent", ""))

    @post("/{token:str}", opt={"public": True}, request_max_body_size=_LARGEST)
    async def take(
        self, request: Request[object, object, State], token: FromPath[str], desk: NamedDependency[PayersDesk]
    ) -> Response[str]:
        return await desk.take(token, LinkPurpose.UPDATE, await request.body())
