from msgspec import Struct
from whenever import Instant

from duro.billing.recovery import Rail
from duro.kernel import Currency, Money
from duro.payments.notices import ChargeFailed, ChargeSucceeded
from duro.payments.provider_fee import ProviderFee
from duro.payments.simulated.wire_types import WireAmount, WireAnything, WireCurrency, WireName, WireTaken


class ChargeSucceededBody(Struct, frozen=True, kw_only=True, rename="camel", tag_field="type", tag="charge.succeeded"):
    """The notice of a charge that was taken, as it is sent."""

    id: WireName
    reference: WireName
    provider_reference: WireName
    amount: WireTaken
    currency: WireCurrency
    rail: Rail
    at: Instant
    fee: WireAnything = None

    @classmethod
    def of(cls, notice: ChargeSucceeded) -> "ChargeSucceededBody":
        return cls(
            id=notice.event_id,
            reference=notice.reference,
            provider_reference=notice.provider_reference,
            amount=notice.amount.amount,
            currency=notice.amount.currency.code,
            rail=notice.rail,
            at=notice.at,
            fee=notice.fee and notice.fee.amount,
        )

    @property
    def notice(self) -> ChargeSucceeded:
        """What it tells; raises UnknownCurrencyError."""
        amount = Money(self.amount, Currency(self.currency))
        return ChargeSucceeded(
            event_id=self.id,
            reference=self.reference,
            provider_reference=self.provider_reference,
            amount=amount,
            rail=self.rail,
            at=self.at,
            fee=ProviderFee.read(self.fee, amount=amount),
        )


class ChargeFailedBody(Struct, frozen=True, kw_only=True, rename="camel", tag_field="type", tag="charge.failed"):
    """The notice of a charge that was not taken, as it is sent."""

    id: WireName
    reference: WireName
    provider_reference: WireName
    amount: WireAmount
    currency: WireCurrency
    rail: Rail
    at: Instant
    code: WireName
    message: WireName

    @classmethod
    def of(cls, notice: ChargeFailed) -> "ChargeFailedBody":
        return cls(
            id=notice.event_id,
            reference=notice.reference,
            provider_reference=notice.provider_reference,
            amount=notice.amount.amount,
            currency=notice.amount.currency.code,
            rail=notice.rail,
            at=notice.at,
            code=notice.code,
            message=notice.message,
        )

    @property
    def notice(self) -> ChargeFailed:
        """What it tells; raises UnknownCurrencyError."""
        return ChargeFailed(
            event_id=self.id,
            reference=self.reference,
            provider_reference=self.provider_reference,
            amount=Money(self.amount, Currency(self.currency)),
            rail=self.rail,
            at=self.at,
            code=self.code,
            message=self.message,
        )
