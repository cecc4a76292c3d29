from typing import TypeAlias, assert_never

from msgspec import Struct

from duro.kernel import Currency
from duro.payments.refusals import Refused
from duro.payments.simulated.rails.arrival_wire import AccountNumberView, ArrivalView, RefusedView
from duro.payments.simulated.wire_types import WireCurrency, WireReference, WireText
from duro.payments.virtual_accounts import AccountOpened, AccountStanding, VirtualAccountOrder


class VirtualAccountBody(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A customer's account as it is ordered over HTTP."""

    reference: WireReference
    currency: WireCurrency
    customer_name: WireText
    customer_email: WireText
    phone: WireText | None = None

    @classmethod
    def of(cls, order: VirtualAccountOrder) -> "VirtualAccountBody":
        return cls(
            reference=order.reference,
            currency=order.currency.code,
            customer_name=order.customer_name,
            customer_email=order.customer_email,
            phone=order.phone,
        )

    @property
    def order(self) -> VirtualAccountOrder:
        """What is ordered; raises UnknownCurrencyError."""
        return VirtualAccountOrder(
            reference=self.reference,
            currency=Currency(self.currency),
            customer_name=self.customer_name,
            customer_email=self.customer_email,
            phone=self.phone,
        )


class AccountOpenedView(Struct, frozen=True, kw_only=True, rename="camel", tag_field="status", tag="opened"):
    """A customer's account that was opened."""

    reference: str
    currency: str
    account: AccountNumberView

    @classmethod
    def of(cls, opened: AccountOpened) -> "AccountOpenedView":
        account = AccountNumberView.of(opened.account)
        return cls(reference=opened.reference, currency=opened.currency.code, account=account)

    @property
    def result(self) -> AccountOpened:
        """The account; raises UnknownCurrencyError."""
        return AccountOpened(self.reference, Currency(self.currency), self.account.account)


AccountView: TypeAlias = AccountOpenedView | RefusedView


class AccountReply(Struct, frozen=True, kw_only=True, rename="camel"):
    """A decision on an order of a customer's account."""

    account: AccountView

    @classmethod
    def of(cls, result: AccountOpened | Refused) -> "AccountReply":
        match result:
            case AccountOpened():
                return cls(account=AccountOpenedView.of(result))
            case Refused():
                return cls(account=RefusedView.of(result))
            case _:
                assert_never(result)


class AccountStandingReply(Struct, frozen=True, kw_only=True, rename="camel"):
    """A customer's account, and what came to it."""

    account: AccountOpenedView
    arrivals: list[ArrivalView]
    has_more: bool

    @classmethod
    def of(cls, standing: AccountStanding) -> "AccountStandingReply":
        return cls(
            account=AccountOpenedView.of(standing.account),
            arrivals=[ArrivalView.of(arrival) for arrival in standing.arrivals],
            has_more=standing.has_more,
        )

    @property
    def result(self) -> AccountStanding:
        """How it stands; raises ValueError."""
        return AccountStanding(
            account=self.account.result,
            arrivals=tuple(arrival.result for arrival in self.arrivals),
            has_more=self.has_more,
        )
