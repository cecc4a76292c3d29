from msgspec import Struct
from whenever import Instant

from duro.billing.recovery import Rail
from duro.kernel import Currency, Money
from duro.payments.notices import MandateActivated, MandateRevoked, MoneyReceived
from duro.payments.provider_fee import ProviderFee
from duro.payments.simulated.wire_types import WireAnything, WireCurrency, WireName, WireTaken


class MoneyReceivedBody(Struct, frozen=True, kw_only=True, rename="camel", tag_field="type", tag="money.received"):
    """The notice of money that a payer sent, as it is sent."""

    id: WireName
    reference: WireName | None
    account_number: WireName | None
    provider_reference: WireName
    amount: WireTaken
    currency: WireCurrency
    rail: Rail
    at: Instant
    fee: WireAnything = None

    @classmethod
    def of(cls, notice: MoneyReceived) -> "MoneyReceivedBody":
        return cls(
            id=notice.event_id,
            reference=notice.reference,
            account_number=notice.account_number,
            provider_reference=notice.provider_reference,
            amount=notice.amount.amount,
            currency=notice.amount.currency.code,
            rail=notice.rail,
            at=notice.at,
            fee=notice.fee and notice.fee.amount,
        )

    @property
    def notice(self) -> MoneyReceived:
        """What it tells; raises UnknownCurrencyError."""
        amount = Money(self.amount, Currency(self.currency))
        return MoneyReceived(
            event_id=self.id,
            reference=self.reference,
            account_number=self.account_number,
            provider_reference=self.provider_reference,
            amount=amount,
            rail=self.rail,
            at=self.at,
            fee=ProviderFee.read(self.fee, amount=amount),
        )


class MandateActivatedBody(
    Struct, frozen=True, kw_only=True, rename="camel", tag_field="type", tag="mandate.activated"
):
    """The notice of an approval that was given, as it is sent."""

    id: WireName
    reference: WireName
    token: WireName
    at: Instant

    @classmethod
    def of(cls, notice: MandateActivated) -> "MandateActivatedBody":
        return cls(id=notice.event_id, reference=notice.reference, token=notice.token, at=notice.at)

    @property
    def notice(self) -> MandateActivated:
        return MandateActivated(event_id=self.id, reference=self.reference, token=self.token, at=self.at)


class MandateRevokedBody(Struct, frozen=True, kw_only=True, rename="camel", tag_field="type", tag="mandate.revoked"):
    """The notice of an approval that was ended, as it is sent."""

    id: WireName
    reference: WireName
    token: WireName
    at: Instant

    @classmethod
    def of(cls, notice: MandateRevoked) -> "MandateRevokedBody":
        return cls(id=notice.event_id, reference=notice.reference, token=notice.token, at=notice.at)

    @property
    def notice(self) -> MandateRevoked:
        return MandateRevoked(event_id=self.id, reference=self.reference, token=self.token, at=self.at)
