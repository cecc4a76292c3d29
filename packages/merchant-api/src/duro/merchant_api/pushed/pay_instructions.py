from collections.abc import Mapping
from typing import Final, assert_never, final

from duro.payments import BankAccount, Instructions, UssdCode

_CODE: Final = "code"


@final
class PayInstructions:
    """What a payer is to do to push money, as it is stored and as they are told it."""

    @staticmethod
    def write(instructions: Instructions) -> dict[str, str]:
        match instructions:
            case UssdCode(code):
                return {_CODE: code}
            case BankAccount(number, bank_name, account_name):
                return {"accountNumber": number, "bankName": bank_name, "accountName": account_name}
            case _:
                assert_never(instructions)

    @staticmethod
    def words(stored: Mapping[str, str]) -> str:
        """Say it in a sentence that ends a message."""
        if _CODE in stored:
            return f"To pay now, dial {stored[_CODE]}."
        number, bank, name = stored["accountNumber"], stored["bankName"], stored["accountName"]
        return f"To pay now, send the money to account {number} at {bank} ({name})."
