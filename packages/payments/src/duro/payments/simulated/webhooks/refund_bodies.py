from msgspec import Struct
from whenever import Instant

from duro.kernel import Currency, Money
from duro.payments.notices import RefundFailed, RefundSucceeded
from duro.payments.simulated.wire_types import WireAmount, WireCurrency, WireName, WireTaken


class RefundSucceededBody(Struct, frozen=True, kw_only=True, rename="camel", tag_field="type", tag="refund.succeeded"):
    """The notice of a refund that was given, as it is sent."""

    id: WireName
    reference: WireName
    charge_reference: WireName
    provider_reference: WireName
    amount: WireTaken
    currency: WireCurrency
    at: Instant

    @classmethod
    def of(cls, notice: RefundSucceeded) -> "RefundSucceededBody":
        return cls(
            id=notice.event_id,
            reference=notice.reference,
            charge_reference=notice.charge_reference,
            provider_reference=notice.provider_reference,
            amount=notice.amount.amount,
            currency=notice.amount.currency.code,
            at=notice.at,
        )

    @property
    def notice(self) -> RefundSucceeded:
        """What it tells; raises UnknownCurrencyError."""
        return RefundSucceeded(
            event_id=self.id,
            reference=self.reference,
            charge_reference=self.charge_reference,
            provider_reference=self.provider_reference,
            amount=Money(self.amount, Currency(self.currency)),
            at=self.at,
        )


class RefundFailedBody(Struct, frozen=True, kw_only=True, rename="camel", tag_field="type", tag="refund.failed"):
    """The notice of a refund that was not given, as it is sent."""

    id: WireName
    reference: WireName
    charge_reference: WireName
    provider_reference: WireName
    amount: WireAmount
    currency: WireCurrency
    at: Instant
    code: WireName
    message: WireName

    @classmethod
    def of(cls, notice: RefundFailed) -> "RefundFailedBody":
        return cls(
            id=notice.event_id,
            reference=notice.reference,
            charge_reference=notice.charge_reference,
            provider_reference=notice.provider_reference,
            amount=notice.amount.amount,
            currency=notice.amount.currency.code,
            at=notice.at,
            code=notice.code,
            message=notice.message,
        )

    @property
    def notice(self) -> RefundFailed:
        """What it tells; raises UnknownCurrencyError."""
        return RefundFailed(
            event_id=self.id,
            reference=self.reference,
            charge_reference=self.charge_reference,
            provider_reference=self.provider_reference,
            amount=Money(self.amount, Currency(self.currency)),
            at=self.at,
            code=self.code,
            message=self.message,
        )
