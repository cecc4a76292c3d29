import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self, final

from duro.payments import CardDetails

_EXPIRY: Final = re.compile(
    r"(0?[1-9]|1[0-2])\s*[/.\s-]\s*([0-9]{2}|2[01][0-9]{2})|(0[1-9]|1[0-2])([0-9]{2})", re.ASCII
)
_NUMBER: Final = re.compile(r"[0-9]{12,19}", re.ASCII)
_CVC: Final = re.compile(r"[0-9]{3,4}", re.ASCII)
_SPACING: Final = re.compile(r"[\s-]+")
_LONGEST: Final = 40
_CENTURY: Final = 2000


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CardForm:
    """What a payer typed about a card, as they typed it; it lives only as long as the request."""

    number: str = field(repr=False, default="")
    expiry: str = ""
    cvc: str = field(repr=False, default="")

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Self:
        return cls(
            number=given.get("number", "").strip()[:_LONGEST],
            expiry=given.get("expiry", "").strip()[:_LONGEST],
            cvc=given.get("cvc", "").strip()[:_LONGEST],
        )

    def faults(self) -> dict[str, str]:
        """Say of each field what is wrong with it, in words for who typed it."""
        found: dict[str, str] = {}
        if _NUMBER.fullmatch(self._digits) is None:
            found["number"] = "Type the long number on the front of the card, 12 to 19 digits."
        if self._month_and_year is None:
            found["expiry"] = "Type the month and the year, such as 08/29."
        if _CVC.fullmatch(self.cvc) is None:
            found["cvc"] = "Type the 3 or 4 digits of the security code."
        return found

    def details(self) -> CardDetails:
        """Give the card to be turned into a token. Raise ValueError while there are faults."""
        expiry = self._month_and_year
        if expiry is None or self.faults():
            message = "A card with faults can't be used."
            raise ValueError(message)
        return CardDetails(number=self._digits, exp_month=expiry[0], exp_year=expiry[1], cvc=self.cvc)

    @property
    def _digits(self) -> str:
        return _SPACING.sub("", self.number)

    @property
    def _month_and_year(self) -> tuple[int, int] | None:
        found = _EXPIRY.fullmatch(self.expiry)
        if found is None:
            return None
        month, year = int(found[1] or found[3]), int(found[2] or found[4])
        return month, year if year >= _CENTURY else year + _CENTURY
