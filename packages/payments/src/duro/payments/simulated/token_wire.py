from typing import Annotated, TypeAlias, assert_never

from msgspec import Meta, Struct

from duro.payments.cards import CardDetails, CardRefused, Tokenized


class TokenBody(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A card to be kept."""

    number: Annotated[str, Meta(max_length=500)]
    exp_month: Annotated[int, Meta(ge=-(10**9), le=10**9)]
    exp_year: Annotated[int, Meta(ge=-(10**9), le=10**9)]
    cvc: Annotated[str, Meta(max_length=500)]

    @classmethod
    def of(cls, card: CardDetails) -> "TokenBody":
        return cls(number=card.number, exp_month=card.exp_month, exp_year=card.exp_year, cvc=card.cvc)

    @property
    def card(self) -> CardDetails:
        return CardDetails(number=self.number, exp_month=self.exp_month, exp_year=self.exp_year, cvc=self.cvc)


class TokenizedView(Struct, frozen=True, kw_only=True, rename="camel", tag_field="status", tag="tokenized"):
    """A card that is kept."""

    token: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    fingerprint: str | None = None

    @property
    def result(self) -> Tokenized:
        return Tokenized(
            token=self.token,
            brand=self.brand,
            last4=self.last4,
            exp_month=self.exp_month,
            exp_year=self.exp_year,
            fingerprint=self.fingerprint,
        )


class CardRefusedView(Struct, frozen=True, kw_only=True, rename="camel", tag_field="status", tag="refused"):
    """A card that is not kept."""

    code: str
    message: str

    @property
    def result(self) -> CardRefused:
        return CardRefused(self.code, self.message)


TokenView: TypeAlias = TokenizedView | CardRefusedView


class TokenReply(Struct, frozen=True, kw_only=True, rename="camel"):
    """A decision on a card."""

    card: TokenView

    @classmethod
    def of(cls, result: Tokenized | CardRefused) -> "TokenReply":
        match result:
            case Tokenized():
                return cls(
                    card=TokenizedView(
                        token=result.token,
                        brand=result.brand,
                        last4=result.last4,
                        exp_month=result.exp_month,
                        exp_year=result.exp_year,
                        fingerprint=result.fingerprint,
                    )
                )
            case CardRefused():
                return cls(card=CardRefusedView(code=result.code, message=result.message))
            case _:
                assert_never(result)
