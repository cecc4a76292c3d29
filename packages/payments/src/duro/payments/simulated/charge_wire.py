from typing import TypeAlias, assert_never

from msgspec import Struct

from duro.kernel import Currency, Money
from duro.payments.charges import Approved, AwaitsApproval, ChargeRequest, Declined
from duro.payments.provider_fee import ProviderFee
from duro.payments.simulated.error_wire import ProblemView
from duro.payments.simulated.wire_types import WireAmount, WireAnything, WireCurrency, WireReference, WireText, WireUrl


class ChargeBody(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """A charge as it is asked for over HTTP."""

    reference: WireReference
    amount: WireAmount
    currency: WireCurrency
    token: WireText
    customer_email: WireText
    description: WireText
    is_payer_present: bool = False
    return_url: WireUrl | None = None

    @classmethod
    def of(cls, request: ChargeRequest) -> "ChargeBody":
        return cls(
            reference=request.reference,
            amount=request.amount.amount,
            currency=request.amount.currency.code,
            token=request.token,
            customer_email=request.customer_email,
            description=request.description,
            is_payer_present=request.is_payer_present,
            return_url=request.return_url,
        )

    @property
    def request(self) -> ChargeRequest:
        """The charge asked for; raises UnknownCurrencyError."""
        return ChargeRequest(
            reference=self.reference,
            amount=Money(self.amount, Currency(self.currency)),
            token=self.token,
            customer_email=self.customer_email,
            description=self.description,
            is_payer_present=self.is_payer_present,
            return_url=self.return_url,
        )


class ApprovedView(Struct, frozen=True, kw_only=True, rename="camel", tag_field="status", tag="approved"):
    """A charge that was taken."""

    reference: str
    amount: int
    currency: str
    fee: WireAnything = None

    @property
    def result(self) -> Approved:
        """The decision; raises UnknownCurrencyError."""
        amount = Money(self.amount, Currency(self.currency))
        return Approved(self.reference, amount, ProviderFee.read(self.fee, amount=amount))


class DeclinedView(Struct, frozen=True, kw_only=True, rename="camel", tag_field="status", tag="declined"):
    """A charge that was not taken."""

    reference: str
    code: str
    message: str
    advice: str | None

    @property
    def result(self) -> Declined:
        return Declined(self.code, self.message, self.advice)


class AwaitsApprovalView(
    Struct, frozen=True, kw_only=True, rename="camel", tag_field="status", tag="awaiting_approval"
):
    """A charge that waits until its payer has approved it at that address."""

    reference: str
    url: WireUrl

    @property
    def result(self) -> AwaitsApproval:
        return AwaitsApproval(self.reference, self.url)


ChargeView: TypeAlias = ApprovedView | DeclinedView | AwaitsApprovalView


class ChargeReply(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A decision on a charge; with a problem when it had been made before and the request was a repeat."""

    charge: ChargeView
    error: ProblemView | None = None

    @classmethod
    def of(
        cls, reference: str, result: Approved | Declined | AwaitsApproval, *, is_repeat: bool = False
    ) -> "ChargeReply":
        problem = ProblemView(code="duplicate_reference", message="This reference was decided before.")
        return cls(charge=cls._view(reference, result), error=problem if is_repeat else None)

    @staticmethod
    def _view(reference: str, result: Approved | Declined | AwaitsApproval) -> ChargeView:
        match result:
            case Approved():
                return ApprovedView(
                    reference=reference,
                    amount=result.amount.amount,
                    currency=result.amount.currency.code,
                    fee=result.fee and result.fee.amount,
                )
            case Declined():
                return DeclinedView(reference=reference, code=result.code, message=result.message, advice=result.advice)
            case AwaitsApproval():
                return AwaitsApprovalView(reference=reference, url=result.url)
            case _:
                assert_never(result)
