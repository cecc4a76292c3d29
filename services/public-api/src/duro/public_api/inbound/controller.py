from collections.abc import Mapping
from typing import cast

import structlog
from litestar import Controller, Request, Response, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from duro.http_kit.answers import Answer
from duro.merchant_api.inbound import InboundNotices
from duro.public_api.inbound.unverified_notice import UnverifiedNoticeError
from duro.public_api.inbound.views import NoticeTakenView


class InboundWebhooksController(Controller):
    """What providers tell by themselves; each proves who it is by a signature of its own, and none has a key."""

    path = "/webhooks/inbound"

    @post("/{provider:str}", opt={"public": True}, status_code=200)
    async def receive(
        self, request: Request[object, object, State], provider: FromPath[str], inbound: NamedDependency[InboundNotices]
    ) -> Response[bytes]:
        refused = await inbound.receive(provider, self._headers(request), await request.body())
        if refused is not None:
            log = structlog.stdlib.get_logger("duro.inbound")
            state = cast("Mapping[str, str]", request.scope["state"])
            log.warning(
                "notice_refused",
                provider=provider,
                reason=refused.reason,
                request_id=state.get("request_id", ""),
            )
            raise UnverifiedNoticeError
        return Answer.of(200, NoticeTakenView()).response()

    @staticmethod
    def _headers(request: Request[object, object, State]) -> dict[str, str]:
        """Give every header once; what was sent twice can be mistaken for no single value."""
        names = dict.fromkeys(request.headers.keys())
        return {name: ",".join(request.headers.getall(name)) for name in names}
