from typing import TypeAlias, assert_never

from msgspec import Struct
from whenever import Instant

from duro.kernel import Currency, Money
from duro.payments.mandates import MandateActivation, MandateOrder, MandateStanding, MandateStatus
from duro.payments.refusals import Refused
from duro.payments.simulated.rails.arrival_wire import AccountNumberView, RefusedView
from duro.payments.simulated.wire_types import WireAmount, WireCurrency, WireReference, WireText


class MandateBody(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A mandate as it is ordered over HTTP."""

    reference: WireReference
    customer_name: WireText
    customer_email: WireText
    account_number: WireText
    bank_code: WireText
    ceiling: WireAmount
    currency: WireCurrency

    @classmethod
    def of(cls, order: MandateOrder) -> "MandateBody":
        return cls(
            reference=order.reference,
            customer_name=order.customer_name,
            customer_email=order.customer_email,
            account_number=order.account_number,
            bank_code=order.bank_code,
            ceiling=order.ceiling.amount,
            currency=order.ceiling.currency.code,
        )

    @property
    def order(self) -> MandateOrder:
        """What is ordered; raises UnknownCurrencyError."""
        return MandateOrder(
            reference=self.reference,
            customer_name=self.customer_name,
            customer_email=self.customer_email,
            account_number=self.account_number,
            bank_code=self.bank_code,
            ceiling=Money(self.ceiling, Currency(self.currency)),
        )


class ActivationView(Struct, frozen=True, kw_only=True, rename="camel"):
    """The transfer by which a payer approves."""

    account: AccountNumberView
    amount: int
    currency: str

    @classmethod
    def of(cls, activation: MandateActivation) -> "ActivationView":
        return cls(
            account=AccountNumberView.of(activation.account),
            amount=activation.amount.amount,
            currency=activation.amount.currency.code,
        )

    @property
    def activation(self) -> MandateActivation:
        """What is to be done; raises UnknownCurrencyError."""
        return MandateActivation(self.account.account, Money(self.amount, Currency(self.currency)))


class MandateView(Struct, frozen=True, kw_only=True, rename="camel", tag_field="status", tag="kept"):
    """A mandate, however it stands."""

    reference: str
    token: str
    state: MandateStatus
    ceiling: int
    currency: str
    last4: str
    activation: ActivationView | None
    activated_at: Instant | None

    @classmethod
    def of(cls, standing: MandateStanding) -> "MandateView":
        return cls(
            reference=standing.reference,
            token=standing.token,
            state=standing.status,
            ceiling=standing.ceiling.amount,
            currency=standing.ceiling.currency.code,
            last4=standing.last4,
            activation=standing.activation and ActivationView.of(standing.activation),
            activated_at=standing.activated_at,
        )

    @property
    def result(self) -> MandateStanding:
        """How it stands; raises UnknownCurrencyError."""
        return MandateStanding(
            reference=self.reference,
            token=self.token,
            status=self.state,
            ceiling=Money(self.ceiling, Currency(self.currency)),
            last4=self.last4,
            activation=self.activation and self.activation.activation,
            activated_at=self.activated_at,
        )


AnyMandateView: TypeAlias = MandateView | RefusedView


class MandateReply(Struct, frozen=True, kw_only=True, rename="camel"):
    """A decision on an order of a mandate, or how one stands."""

    mandate: AnyMandateView

    @classmethod
    def of(cls, result: MandateStanding | Refused) -> "MandateReply":
        match result:
            case MandateStanding():
                return cls(mandate=MandateView.of(result))
            case Refused():
                return cls(mandate=RefusedView.of(result))
            case _:
                assert_never(result)
