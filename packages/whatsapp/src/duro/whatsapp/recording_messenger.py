from collections import deque
from typing import final

from duro.billing.messages import Delivery, Sent
from duro.whatsapp.template_message import TemplateMessage


@final
class RecordingMessenger:
    """Keeps every message it was asked to send, and answers as it was told to: else that it was sent."""

    def __init__(self, *answers: Delivery) -> None:
        self.asked: list[TemplateMessage] = []
        self._answers = deque(answers)

    def answer(self, *answers: Delivery) -> None:
        """Give the next messages these answers, one each."""
        self._answers.extend(answers)

    async def send(self, message: TemplateMessage) -> Delivery:
        self.asked.append(message)
        return self._answers.popleft() if self._answers else Sent(message.reference)

    async def close(self) -> None:
        """Do nothing: it holds no connection."""
