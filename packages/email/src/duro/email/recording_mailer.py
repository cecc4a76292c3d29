from collections import deque
from typing import final

from duro.billing.messages import Delivery, Sent
from duro.email.outbound_email import OutboundEmail


@final
class RecordingMailer:
    """Keeps every e-mail it was asked to send, and answers as it was told to: else that it was sent."""

    def __init__(self, *answers: Delivery) -> None:
        self.asked: list[OutboundEmail] = []
        self._answers = deque(answers)

    def answer(self, *answers: Delivery) -> None:
        """Give the next e-mails these answers, one each."""
        self._answers.extend(answers)

    async def send(self, email: OutboundEmail) -> Delivery:
        self.asked.append(email)
        return self._answers.popleft() if self._answers else Sent(email.reference)
