from typing import Protocol

from duro.billing.messages import Delivery
from duro.whatsapp.template_message import TemplateMessage


class Messenger(Protocol):
    """A way for WhatsApp messages to leave.

    It never raises for what happens outside the process, nor for a message that can't be sent: that one is refused. It
    doesn't try again by itself. Who cancels a send knows as little of it as after `Unknown`.
    """

    async def send(self, message: TemplateMessage) -> Delivery: ...

    async def close(self) -> None: ...
