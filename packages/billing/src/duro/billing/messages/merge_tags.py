from dataclasses import asdict, dataclass, fields
from typing import final


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MergeTags:
    """What a template may name, in words as the person reads them; an empty one isn't known for this message.

    Amounts and instants come formatted; a reason is words for the payer, never a code.
    """

    store_name: str = ""
    customer_name: str = ""
    plan_name: str = ""
    amount: str = ""
    invoice_id: str = ""
    next_attempt: str = ""
    reason: str = ""
    update_link: str = ""
    pay_link: str = ""

    @classmethod
    def names(cls) -> tuple[str, ...]:
        return tuple(each.name for each in fields(cls))

    @property
    def words(self) -> dict[str, str]:
        """Every tag on one line of its own, without characters that can't be seen."""
        return {name: self._line(value) for name, value in asdict(self).items()}

    @staticmethod
    def _line(value: str) -> str:
        return "".join(character for character in " ".join(value.split()) if character.isprintable())
