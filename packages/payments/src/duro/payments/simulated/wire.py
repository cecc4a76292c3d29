from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from duro.kernel import Currency, Money
from duro.payments.cards import CardRefused, Tokenized
from duro.payments.charges import Approved, Declined
from duro.payments.refunds import Refunded, RefundRefused

Reference: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9.=-]+$")]
MinorUnits: TypeAlias = Annotated[int, Meta(ge=-(10**15), le=10**15)]
Text: TypeAlias = Annotated[str, Meta(max_length=500)]


class ChargeBody(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A charge as it is asked for over HTTP."""

    reference: Reference
    amount: MinorUnits
    currency: Annotated[str, Meta(min_length=3, max_length=3)]
    token: Text
    customer_email: Text
    description: Text


class ApprovedView(Struct, frozen=True, kw_only=True, rename="camel", tag_field="status", tag="approved"):
    """A charge that was taken."""

    reference: str
    amount: int
    currency: str

    @property
    def result(self) -> Approved:
        return Approved(self.reference, Money(self.amount, Currency(self.currency)))


class DeclinedView(Struct, frozen=True, kw_only=True, rename="camel", tag_field="status", tag="declined"):
    """A charge that was not taken."""

    reference: str
    code: str
    message: str
    advice: str | None

    @property
    def result(self) -> Declined:
        return Declined(self.code, self.message, self.advice)


class RefundBody(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A refund as it is asked for over HTTP."""

    reference: Reference
    charge_reference: Reference
    amount: MinorUnits
    currency: Annotated[str, Meta(min_length=3, max_length=3)]


class RefundedView(Struct, frozen=True, kw_only=True, rename="camel", tag_field="status", tag="refunded"):
    """A refund that was given."""

    reference: str
    amount: int
    currency: str

    @property
    def result(self) -> Refunded:
        return Refunded(self.reference, Money(self.amount, Currency(self.currency)))


class RefundRefusedView(Struct, frozen=True, kw_only=True, rename="camel", tag_field="status", tag="refused"):
    """A refund that was not given."""

    reference: str
    code: str
    message: str

    @property
    def result(self) -> RefundRefused:
        return RefundRefused(self.code, self.message)


class TokenBody(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A card to be kept."""

    number: Annotated[str, Meta(max_length=19)]
    exp_month: Annotated[int, Meta(ge=-9999, le=9999)]
    exp_year: Annotated[int, Meta(ge=-9999, le=9999)]
    cvc: Annotated[str, Meta(max_length=10)]


class TokenizedView(Struct, frozen=True, kw_only=True, rename="camel", tag_field="status", tag="tokenized"):
    """A card that is kept."""

    token: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int

    @property
    def result(self) -> Tokenized:
        return Tokenized(self.token, self.brand, self.last4, self.exp_month, self.exp_year)


class CardRefusedView(Struct, frozen=True, kw_only=True, rename="camel", tag_field="status", tag="refused"):
    """A card that is not kept."""

    code: str
    message: str

    @property
    def result(self) -> CardRefused:
        return CardRefused(self.code, self.message)


class ProblemView(Struct, frozen=True, kw_only=True, rename="camel"):
    """What went wrong, in a stable code and a sentence."""

    code: str
    message: str


class ErrorReply(Struct, frozen=True, kw_only=True, rename="camel"):
    """An answer that holds no decision."""

    error: ProblemView


ChargeView: TypeAlias = ApprovedView | DeclinedView
RefundView: TypeAlias = RefundedView | RefundRefusedView
TokenView: TypeAlias = TokenizedView | CardRefusedView


class ChargeReply(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A decision on a charge; with a problem when it had been made before and the request was a repeat."""

    charge: ChargeView
    error: ProblemView | None = None


class RefundReply(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A decision on a refund; with a problem when it had been made before and the request was a repeat."""

    refund: RefundView
    error: ProblemView | None = None


class TokenReply(Struct, frozen=True, kw_only=True, rename="camel"):
    """A decision on a card."""

    card: TokenView
