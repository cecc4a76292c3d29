from typing import Protocol

from duro.billing.messages import Delivery
from duro.email.outbound_email import OutboundEmail


class Mailer(Protocol):
    """A way for e-mails to leave.

    It never raises for what happens outside the process, nor for an e-mail that can't be written: that one is refused.
    It doesn't try again by itself. Who cancels a send knows as little of it as after `Unknown`.
    """

    async def send(self, email: OutboundEmail) -> Delivery: ...
