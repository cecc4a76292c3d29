import asyncio
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final, assert_never, final

import structlog

from duro.db.kept_notices import KeptNotice, KeptNotices, KeptReason
from duro.kernel import Clock, NotFoundError
from duro.merchant_api.inbound.doubt import Doubt
from duro.merchant_api.inbound.mode_notices import ModeNotices
from duro.merchant_api.inbound.notice_desk import NoticeDesk
from duro.payments import BadSignature, InboundWebhook, Malformed, Notice, VerifiedNotices

_LONGEST_TEXT: Final = 500


@final
class InboundNotices:
    """Takes what providers tell by themselves: acts on it in the mode it concerns, or keeps it for a person.

    Every effect is idempotent: a notice may come twice, late, out of order, or again after its taker was killed.
    """

    def __init__(
        self, webhooks: Sequence[InboundWebhook], modes: Sequence[ModeNotices], kept: KeptNotices, *, clock: Clock
    ) -> None:
        self._webhooks = {webhook.name: webhook for webhook in webhooks}
        self._desk = NoticeDesk(modes)
        self._kept = kept
        self._clock = clock
        self._log = structlog.stdlib.get_logger("duro.inbound")

    async def receive(self, provider: str, headers: Mapping[str, str], body: bytes) -> BadSignature | None:
        """Take one request; return why it was refused, or None once everything in it was acted on or kept.

        Raise NotFoundError for a provider whose notices aren't taken here. What fails while one notice is acted on is
        raised once the others were, as an ExceptionGroup: the provider is to send them again.
        """
        webhook = self._webhooks.get(provider)
        if webhook is None:
            raise NotFoundError("provider", provider)
        judged = webhook.verify(headers, body)
        match judged:
            case BadSignature():
                return judged
            case Malformed(reason):
                doubt = Doubt(KeptReason.MALFORMED, reason)
                await self._keep(provider, f"sha256:{sha256(body).hexdigest()}", "Malformed", doubt, body)
            case VerifiedNotices(notices):
                await self._act_on_all(provider, notices, body)
            case _:
                assert_never(judged)
        return None

    async def _act_on_all(self, provider: str, notices: Sequence[Notice], body: bytes) -> None:
        acts = [self._act_on(provider, notice, body) for notice in notices]
        ends = await asyncio.gather(*acts, return_exceptions=True)
        errors = [end for end in ends if end is not None]
        if errors:
            message = "Some notices could not be acted on."
            raise BaseExceptionGroup(message, errors)

    async def _act_on(self, provider: str, notice: Notice, body: bytes) -> None:
        doubt = await self._desk.act_on(provider, notice)
        if doubt is not None:
            await self._keep(provider, notice.event_id, type(notice).__name__, doubt, body)

    async def _keep(self, provider: str, key: str, kind: str, doubt: Doubt, body: bytes) -> None:
        kept = KeptNotice(
            provider=provider,
            key=self._storable(key),
            kind=kind,
            reason=doubt.reason,
            detail=self._storable(doubt.detail),
            body=body,
            received_at=self._clock.now(),
        )
        if await self._kept.keep(kept):
            self._log.warning("notice_kept", provider=provider, key=kept.key, kind=kind, reason=kept.reason.value)

    @staticmethod
    def _storable(text: str) -> str:
        written = text.replace("\0", "\\0").encode("utf-8", "backslashreplace").decode("utf-8")
        return written[:_LONGEST_TEXT]
