from dataclasses import dataclass
from typing import final

from duro.billing.messages import Channel
from duro.email import Mailer
from duro.whatsapp import Messenger


@final
@dataclass(frozen=True, slots=True)
class Transports:
    """The ways by which messages of a mode leave; what there is none for isn't offered to anybody."""

    mailer: Mailer | None
    messenger: Messenger | None

    def has(self, channel: Channel) -> bool:
        match channel:
            case Channel.EMAIL:
                return self.mailer is not None
            case Channel.WHATSAPP:
                return self.messenger is not None
