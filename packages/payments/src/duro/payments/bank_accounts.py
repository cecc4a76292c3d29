from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True)
class BankAccount:
    """An account that a payer can send money to, as it is shown to them."""

    number: str
    bank_name: str
    account_name: str
