import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final, Self, final
from urllib.parse import parse_qsl

from duro.billing.recovery import Rail
from duro.kernel import MalformedIdError, PaymentMethodId
from duro.public_api.payers.card_form import CardForm

_NAME: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_MOST_FIELDS: Final = 12


class PayerAct(StrEnum):
    """What a payer asks for with a form."""

    SAVED = "saved"
    CARD = "card"
    USSD = "ussd"
    TRANSFER = "transfer"
    VIRTUAL_ACCOUNT = "virtual_account"

    @property
    def rail(self) -> Rail | None:
        """The rail by which they want to push the money, if that is what they ask for."""
        return None if self in {PayerAct.SAVED, PayerAct.CARD} else Rail(self.value)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PayerForm:
    """A form that a payer sent: what they ask for, and the name that the form was given, once, with its page.

    `shown` is the saved way to pay that the page has named.
    """

    act: PayerAct
    name: str
    card: CardForm
    shown: PaymentMethodId | None = None

    LARGEST_BYTES: ClassVar[int] = 16_384

    @classmethod
    def parse(cls, body: bytes) -> Self | None:
        """Read what a browser sends; None for what none of our forms sends."""
        try:
            given = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
        except ValueError:
            return None
        return cls._of(dict(given))

    @classmethod
    def _of(cls, given: Mapping[str, str]) -> Self | None:
        act, name = given.get("act", ""), given.get("form", "")
        if act not in set(PayerAct) or _NAME.fullmatch(name) is None:
            return None
        return cls(act=PayerAct(act), name=name, card=CardForm.of(given), shown=cls._shown(given.get("shown", "")))

    @staticmethod
    def _shown(text: str) -> PaymentMethodId | None:
        try:
            return PaymentMethodId.parse(text)
        except MalformedIdError:
            return None
