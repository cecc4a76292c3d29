from typing import TypeAlias, assert_never

from msgspec import Struct
from whenever import Instant

from duro.billing.recovery import Rail
from duro.kernel import Currency, Money
from duro.payments.bank_accounts import BankAccount
from duro.payments.payment_requests import Opened, PaymentRequestOrder, RequestStanding, UssdCode
from duro.payments.refusals import Refused
from duro.payments.simulated.rails.arrival_wire import AccountNumberView, ArrivalView, RefusedView
from duro.payments.simulated.wire_types import WireAmount, WireCurrency, WireReference, WireText


class RequestBody(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A payment request as it is ordered over HTTP."""

    reference: WireReference
    amount: WireAmount
    currency: WireCurrency
    rail: Rail
    customer_email: WireText
    phone: WireText | None = None
    expires_at: Instant | None = None

    @classmethod
    def of(cls, order: PaymentRequestOrder) -> "RequestBody":
        return cls(
            reference=order.reference,
            amount=order.amount.amount,
            currency=order.amount.currency.code,
            rail=order.rail,
            customer_email=order.customer_email,
            phone=order.phone,
            expires_at=order.expires_at,
        )

    @property
    def order(self) -> PaymentRequestOrder:
        """What is ordered; raises UnknownCurrencyError."""
        return PaymentRequestOrder(
            reference=self.reference,
            amount=Money(self.amount, Currency(self.currency)),
            rail=self.rail,
            customer_email=self.customer_email,
            phone=self.phone,
            expires_at=self.expires_at,
        )


class OpenedView(Struct, frozen=True, kw_only=True, rename="camel", tag_field="status", tag="opened"):
    """A payment request that was opened, with either an account to send to or a code to dial."""

    reference: str
    amount: int
    currency: str
    rail: Rail
    account: AccountNumberView | None
    ussd_code: str | None
    expires_at: Instant | None

    @classmethod
    def of(cls, opened: Opened) -> "OpenedView":
        how = opened.instructions
        return cls(
            reference=opened.reference,
            amount=opened.amount.amount,
            currency=opened.amount.currency.code,
            rail=opened.rail,
            account=AccountNumberView.of(how) if isinstance(how, BankAccount) else None,
            ussd_code=how.code if isinstance(how, UssdCode) else None,
            expires_at=opened.expires_at,
        )

    @property
    def result(self) -> Opened:
        """The request; raises ValueError for instructions that are none, and UnknownCurrencyError."""
        money = Money(self.amount, Currency(self.currency))
        if self.account is not None and self.ussd_code is None:
            return Opened(self.reference, money, self.rail, self.account.account, self.expires_at)
        if self.ussd_code is not None and self.account is None:
            return Opened(self.reference, money, self.rail, UssdCode(self.ussd_code), self.expires_at)
        message = "A request has an account or a code."
        raise ValueError(message)


RequestView: TypeAlias = OpenedView | RefusedView


class RequestReply(Struct, frozen=True, kw_only=True, rename="camel"):
    """A decision on an order of a payment request."""

    request: RequestView

    @classmethod
    def of(cls, result: Opened | Refused) -> "RequestReply":
        match result:
            case Opened():
                return cls(request=OpenedView.of(result))
            case Refused():
                return cls(request=RefusedView.of(result))
            case _:
                assert_never(result)


class RequestStandingReply(Struct, frozen=True, kw_only=True, rename="camel"):
    """How a payment request stands, and what came for it."""

    request: OpenedView
    is_closed: bool
    arrivals: list[ArrivalView]

    @classmethod
    def of(cls, standing: RequestStanding) -> "RequestStandingReply":
        return cls(
            request=OpenedView.of(standing.request),
            is_closed=standing.is_closed,
            arrivals=[ArrivalView.of(arrival) for arrival in standing.arrivals],
        )

    @property
    def result(self) -> RequestStanding:
        """How it stands; raises ValueError."""
        return RequestStanding(
            request=self.request.result,
            is_closed=self.is_closed,
            arrivals=tuple(arrival.result for arrival in self.arrivals),
        )
