from typing import TextIO, final

from duro.billing.messages import Delivery, Sent
from duro.whatsapp.template_message import TemplateMessage


@final
class ConsoleMessenger:
    """Shows each message on a terminal instead of sending it: whom it is for, its template, and what fills it."""

    def __init__(self, terminal: TextIO) -> None:
        self._terminal = terminal

    async def send(self, message: TemplateMessage) -> Delivery:
        button = () if message.button is None else (f"button: {message.button}",)
        lines = [f"whatsapp to {message.to}", f"template {message.template}", *message.body, *button]
        block = "\n  ".join(self._plain(line) for line in lines)
        self._terminal.write(f"{block}\n\n")
        self._terminal.flush()
        return Sent(message.reference)

    async def close(self) -> None:
        """Do nothing: the terminal is somebody else's."""

    @staticmethod
    def _plain(line: str) -> str:
        """Leave out what could move the cursor or colour the terminal."""
        return "".join(each for each in line if each.isprintable())
