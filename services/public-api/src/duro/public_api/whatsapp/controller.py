from typing import Final, TypeAlias

import structlog
from litestar import Controller, Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency

from duro.http_kit.answers import Answer
from duro.kernel import DomainError
from duro.public_api.inbound.views import NoticeTakenView
from duro.public_api.whatsapp.door import WhatsAppDoor

Asked: TypeAlias = Request[object, object, State]
_LARGEST: Final = 3 * 1024 * 1024


class WhatsAppWebhookController(Controller):
    """What Meta tells of messages it has accepted, signed with the app's secret; it has no key."""

    path = "/webhooks/whatsapp"

    @get(opt={"public": True})
    async def challenge(
        self, request: Request[object, object, State], door: NamedDependency[WhatsAppDoor]
    ) -> Response[str]:
        asked = request.query_params
        answer = door.challenged(
            mode=asked.get("hub.mode", ""),
            verify_token=asked.get("hub.verify_token", ""),
            challenge=asked.get("hub.challenge", ""),
        )
        return Response(answer, media_type="text/plain", headers={"X-Content-Type-Options": "nosniff"})

    @post(opt={"public": True}, status_code=200, request_max_body_size=_LARGEST)
    async def receive(
        self, request: Request[object, object, State], door: NamedDependency[WhatsAppDoor]
    ) -> Response[bytes]:
        log = structlog.stdlib.get_logger("duro.whatsapp")
        try:
            notice = await door.take(await request.body(), signature=request.headers.get("x-hub-signature-256"))
        except DomainError as error:
            log.warning("news_refused", reason=error.code)
            raise
        for step in notice.statuses:
            log.info("news", message=step.reference, progress=step.progress.value)
        for each in notice.wishes:
            log.info("wish", wish=each.wish.value)
        if notice.unread:
            log.warning("news_kept", unread=notice.unread)
        return Answer.of(200, NoticeTakenView()).response()
