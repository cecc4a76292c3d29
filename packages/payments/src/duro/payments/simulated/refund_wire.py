from typing import TypeAlias, assert_never

from msgspec import Struct

from duro.kernel import Currency, Money
from duro.payments.refunds import Refunded, RefundRefused, RefundRequest
from duro.payments.simulated.error_wire import ProblemView
from duro.payments.simulated.wire_types import WireAmount, WireCurrency, WireReference


class RefundBody(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A refund as it is asked for over HTTP."""

    reference: WireReference
    charge_reference: WireReference
    amount: WireAmount
    currency: WireCurrency

    @classmethod
    def of(cls, request: RefundRequest) -> "RefundBody":
        return cls(
            reference=request.reference,
            charge_reference=request.charge_reference,
            amount=request.amount.amount,
            currency=request.amount.currency.code,
        )

    @property
    def request(self) -> RefundRequest:
        """The refund asked for; raises UnknownCurrencyError."""
        return RefundRequest(
            reference=self.reference,
            charge_reference=self.charge_reference,
            amount=Money(self.amount, Currency(self.currency)),
        )


class RefundedView(Struct, frozen=True, kw_only=True, rename="camel", tag_field="status", tag="refunded"):
    """A refund that was given."""

    reference: str
    amount: int
    currency: str

    @property
    def result(self) -> Refunded:
        """The decision; raises UnknownCurrencyError."""
        return Refunded(self.reference, Money(self.amount, Currency(self.currency)))


class RefundRefusedView(Struct, frozen=True, kw_only=True, rename="camel", tag_field="status", tag="refused"):
    """A refund that was not given."""

    reference: str
    code: str
    message: str

    @property
    def result(self) -> RefundRefused:
        return RefundRefused(self.code, self.message)


RefundView: TypeAlias = RefundedView | RefundRefusedView


class RefundReply(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A decision on a refund; with a problem when it had been made before and the request was a repeat."""

    refund: RefundView
    error: ProblemView | None = None

    @classmethod
    def of(cls, reference: str, result: Refunded | RefundRefused, *, is_repeat: bool = False) -> "RefundReply":
        problem = ProblemView(code="duplicate_reference", message="This reference was decided before.")
        return cls(refund=cls._view(reference, result), error=problem if is_repeat else None)

    @staticmethod
    def _view(reference: str, result: Refunded | RefundRefused) -> RefundView:
        match result:
            case Refunded():
                return RefundedView(
                    reference=reference, amount=result.amount.amount, currency=result.amount.currency.code
                )
            case RefundRefused():
                return RefundRefusedView(reference=reference, code=result.code, message=result.message)
            case _:
                assert_never(result)
