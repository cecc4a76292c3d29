from typing import final

from asyncpg import Record

from duro.billing.recovery import Rail
from duro.db.mandate_rows import ActivationTransfer, Mandate
from duro.db.renewal_rows import Instrument
from duro.kernel import Currency, Money


@final
class MandateColumns:
    """The columns of a payment method that a mandate has, and what a renewal reads of a method to charge it."""

    @classmethod
    def read(cls, row: Record) -> Mandate | None:
        if row["rail"] != Rail.DIRECT_DEBIT:
            return None
        return Mandate(
            bank_code=row["bank_code"],
            ceiling=Money(row["ceiling"], Currency(row["ceiling_currency"])),
            activation=cls._activation(row),
            activated_at=row["activated_at"],
            look_at=row["look_at"],
        )

    @staticmethod
    def values(mandate: Mandate | None) -> tuple[object, ...]:
        """Give bank, ceiling, its currency, activation, and the instants of activation and of the next look."""
        if mandate is None:
            return (None,) * 6
        transfer = mandate.activation
        return (
            mandate.bank_code,
            mandate.ceiling.amount,
            mandate.ceiling.currency.code,
            None
            if transfer is None
            else {
                "account_number": transfer.account_number,
                "bank_name": transfer.bank_name,
                "account_name": transfer.account_name,
                "amount": transfer.amount.amount,
                "currency": transfer.amount.currency.code,
            },
            mandate.activated_at,
            mandate.look_at,
        )

    @staticmethod
    def instrument(row: Record) -> Instrument | None:
        """Read what a renewal would charge, card or mandate; None if there is nothing that may be charged."""
        if row["method_token"] is None:
            return None
        ceiling, currency = row["method_ceiling"], row["method_ceiling_currency"]
        return Instrument(
            provider=row["method_provider"],
            token=row["method_token"],
            rail=row["method_rail"],
            brand=row["method_brand"],
            ceiling=None if ceiling is None else Money(ceiling, Currency(currency)),
        )

    @staticmethod
    def _activation(row: Record) -> ActivationTransfer | None:
        if row["activation"] is None:
            return None
        kept = row["activation"]
        return ActivationTransfer(
            account_number=kept["account_number"],
            bank_name=kept["bank_name"],
            account_name=kept["account_name"],
            amount=Money(kept["amount"], Currency(kept["currency"])),
        )
