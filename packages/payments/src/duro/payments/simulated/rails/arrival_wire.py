from msgspec import Struct
from whenever import Instant

from duro.billing.recovery import Rail
from duro.kernel import Currency, Money
from duro.payments.bank_accounts import BankAccount
from duro.payments.payment_requests import Arrival
from duro.payments.provider_fee import ProviderFee
from duro.payments.refusals import Refused
from duro.payments.simulated.wire_types import WireAnything, WireCurrency, WireName, WireTaken


class AccountNumberView(Struct, frozen=True, kw_only=True, rename="camel"):
    """An account that money can be sent to."""

    number: str
    bank_name: str
    account_name: str

    @classmethod
    def of(cls, account: BankAccount) -> "AccountNumberView":
        return cls(number=account.number, bank_name=account.bank_name, account_name=account.account_name)

    @property
    def account(self) -> BankAccount:
        return BankAccount(number=self.number, bank_name=self.bank_name, account_name=self.account_name)


class RefusedView(Struct, frozen=True, kw_only=True, rename="camel", tag_field="status", tag="refused"):
    """An order that was refused."""

    code: str
    message: str

    @classmethod
    def of(cls, refused: Refused) -> "RefusedView":
        return cls(code=refused.code, message=refused.message)

    @property
    def result(self) -> Refused:
        return Refused(self.code, self.message)


class ArrivalView(Struct, frozen=True, kw_only=True, rename="camel"):
    """Money that a payer sent."""

    provider_reference: WireName
    amount: WireTaken
    currency: WireCurrency
    rail: Rail
    arrived_at: Instant
    fee: WireAnything = None

    @classmethod
    def of(cls, arrival: Arrival) -> "ArrivalView":
        return cls(
            provider_reference=arrival.provider_reference,
            amount=arrival.amount.amount,
            currency=arrival.amount.currency.code,
            rail=arrival.rail,
            arrived_at=arrival.arrived_at,
            fee=arrival.fee and arrival.fee.amount,
        )

    @property
    def result(self) -> Arrival:
        """The money; raises UnknownCurrencyError."""
        amount = Money(self.amount, Currency(self.currency))
        return Arrival(
            provider_reference=self.provider_reference,
            amount=amount,
            rail=self.rail,
            arrived_at=self.arrived_at,
            fee=ProviderFee.read(self.fee, amount=amount),
        )
