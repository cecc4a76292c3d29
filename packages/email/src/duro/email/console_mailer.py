from typing import TextIO, final

from duro.billing.messages import Delivery, Sent
from duro.email.outbound_email import OutboundEmail


@final
class ConsoleMailer:
    """Shows each e-mail on a terminal instead of sending it: whom it is for, its subject and its text."""

    def __init__(self, terminal: TextIO) -> None:
        self._terminal = terminal

    async def send(self, email: OutboundEmail) -> Delivery:
        lines = [f"e-mail to {email.to.address}", email.subject, *email.text.strip().splitlines()]
        block = "\n  ".join(self._plain(line) for line in lines)
        self._terminal.write(f"{block}\n\n")
        self._terminal.flush()
        return Sent(email.reference)

    @staticmethod
    def _plain(line: str) -> str:
        """Leave out what could move the cursor or colour the terminal."""
        return "".join(each for each in line if each.isprintable())
