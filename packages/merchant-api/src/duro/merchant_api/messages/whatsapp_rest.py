from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, final

from whenever import Instant, TimeDelta

from duro.billing.messages import Channel
from duro.db.whatsapp_refusals import WhatsAppRefusal
from duro.merchant_api.messages.person_keys import PersonKeys
from duro.merchant_api.messages.telling import Setback

_DAYS: Final[Mapping[str, int | None]] = {"131026": 30, "131049": 1, "131050": None}


@final
@dataclass(frozen=True, slots=True)
class WhatsAppRest:
    """How long nobody writes to a phone on WhatsApp after what came of a message: e-mail is taken meanwhile.

    A phone that can't be reached there is tried again after 30 days and one that Meta spared after a day, by its codes
    131026 and 131049; of a person who wants no messages (131050) it holds until they ask for some.
    """

    keys: PersonKeys
    days: Mapping[str, int | None] = field(default_factory=lambda: _DAYS)

    def after(self, code: str, *, phone: str | None, now: Instant) -> tuple[WhatsAppRefusal, ...]:
        """Return what is to be remembered of the phone, if anything."""
        if phone is None or code not in self.days:
            return ()
        days = self.days[code]
        until = None if days is None else now + TimeDelta(hours=24 * days)
        return (WhatsAppRefusal(self.keys.of_phone(phone), until),)

    def after_each(
        self, setbacks: Sequence[Setback], *, phone: str | None, now: Instant
    ) -> tuple[WhatsAppRefusal, ...]:
        """Return it after all ways that a message didn't leave by."""
        return tuple(
            refusal
            for setback in setbacks
            if setback.channel is Channel.WHATSAPP
            for refusal in self.after(setback.code, phone=phone, now=now)
        )
