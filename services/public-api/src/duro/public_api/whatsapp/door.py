from collections.abc import Sequence
from typing import final

from duro.http_kit.refusals import RefusedRequestError
from duro.merchant_api.messages import WhatsAppNews
from duro.whatsapp import MessageStatus, StatusWebhook


@final
class NoWhatsAppError(RefusedRequestError):
    """Nobody here expects news from Meta, or Meta's challenge isn't for us."""

    def __init__(self) -> None:
        super().__init__(status=403, code="forbidden", message="This isn't where Meta tells of messages.")


@final
class WhatsAppDoor:
    """Where Meta tells of messages: closed, where no number is set up."""

    def __init__(self, webhook: StatusWebhook | None, news: WhatsAppNews) -> None:
        self._webhook = webhook
        self._news = news

    def challenged(self, *, mode: str, verify_token: str, challenge: str) -> str:
        """Give the answer by which Meta knows us. Raise NoWhatsAppError."""
        if self._webhook is None:
            raise NoWhatsAppError
        answer = self._webhook.challenge(mode=mode, verify_token=verify_token, challenge=challenge)
        if answer is None:
            raise NoWhatsAppError
        return answer

    async def take(self, body: bytes, *, signature: str | None) -> Sequence[MessageStatus]:
        """Take what Meta tells.

        Raise NoWhatsAppError, ForgedNoticeError, UnreadableNoticeError or MessageInFlightError.
        """
        if self._webhook is None:
            raise NoWhatsAppError
        steps = self._webhook.read(body, signature=signature)
        await self._news.take(steps)
        return steps
