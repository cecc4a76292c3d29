from dataclasses import dataclass
from enum import StrEnum
from typing import final


class Channel(StrEnum):
    """A way to a person."""

    WHATSAPP = "whatsapp"
    EMAIL = "email"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Where a person can be told something: an address, a phone, and whether they agreed to WhatsApp on it."""

    email: str | None
    phone: str | None = None
    has_whatsapp_consent: bool = False

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The ways that are open, the one to take first; the next one is for a message the first refused."""
        is_on_whatsapp = self.has_whatsapp_consent and bool(self.phone)
        return (
            *((Channel.WHATSAPP,) if is_on_whatsapp else ()),
            *((Channel.EMAIL,) if self.email else ()),
        )
