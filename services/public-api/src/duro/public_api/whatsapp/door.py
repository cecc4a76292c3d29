from hashlib import sha256
from typing import final

from duro.db.kept_notices import KeptNotice, KeptNotices, KeptReason
from duro.http_kit.refusals import RefusedRequestError
from duro.kernel import Clock
from duro.merchant_api.messages import WhatsAppNews
from duro.whatsapp import StatusWebhook, WhatsAppNotice


@final
class NoWhatsAppError(RefusedRequestError):
    """Nobody here expects news from Meta, or Meta's challenge isn't for us."""

    def __init__(self) -> None:
        super().__init__(status=403, code="forbidden", message="This isn't where Meta tells of messages.")


@final
class WhatsAppDoor:
    """Where Meta tells of messages: closed, where no number is set up."""

    def __init__(self, webhook: StatusWebhook | None, news: WhatsAppNews, kept: KeptNotices, *, clock: Clock) -> None:
        self._webhook = webhook
        self._news = news
        self._kept = kept
        self._clock = clock

    def challenged(self, *, mode: str, verify_token: str, challenge: str) -> str:
        """Give the answer by which Meta knows us. Raise NoWhatsAppError."""
        if self._webhook is None:
            raise NoWhatsAppError
        answer = self._webhook.challenge(mode=mode, verify_token=verify_token, challenge=challenge)
        if answer is None:
            raise NoWhatsAppError
        return answer

    async def take(self, body: bytes, *, signature: str | None) -> WhatsAppNotice:
        """Take what Meta tells, and keep for a person what can't be read.

        Raise NoWhatsAppError, ForgedNoticeError, UnreadableNoticeError or MessageInFlightError.
        """
        if self._webhook is None:
            raise NoWhatsAppError
        notice = self._webhook.read(body, signature=signature)
        if notice.unread:
            await self._keep(body, notice.unread)
        await self._news.take(notice.statuses, notice.wishes)
        return notice

    async def _keep(self, body: bytes, unread: int) -> None:
        await self._kept.keep(
            KeptNotice(
                provider="whatsapp",
                key=f"sha256:{sha256(body).hexdigest()}",
                kind="Malformed",
                reason=KeptReason.MALFORMED,
                detail=f"{unread} of its pieces can't be read.",
                body=body,
                received_at=self._clock.now(),
            )
        )
