from typing import Literal

from msgspec import Struct
from whenever import Instant

from duro.kernel import Currency, Money
from duro.payments.notices import DisputeClosed, DisputeOpened
from duro.payments.simulated.wire_types import WireCurrency, WireName, WireTaken


class DisputeOpenedBody(Struct, frozen=True, kw_only=True, rename="camel", tag_field="type", tag="dispute.opened"):
    """The notice of a charge that its payer's bank took back, as it is sent."""

    id: WireName
    reference: WireName
    provider_reference: WireName
    amount: WireTaken
    currency: WireCurrency
    at: Instant
    reason: WireName

    @classmethod
    def of(cls, notice: DisputeOpened) -> "DisputeOpenedBody":
        return cls(
            id=notice.event_id,
            reference=notice.reference,
            provider_reference=notice.provider_reference,
            amount=notice.amount.amount,
            currency=notice.amount.currency.code,
            at=notice.at,
            reason=notice.reason,
        )

    @property
    def notice(self) -> DisputeOpened:
        """What it tells; raises UnknownCurrencyError."""
        return DisputeOpened(
            event_id=self.id,
            reference=self.reference,
            provider_reference=self.provider_reference,
            amount=Money(self.amount, Currency(self.currency)),
            at=self.at,
            reason=self.reason,
        )


class DisputeClosedBody(Struct, frozen=True, kw_only=True, rename="camel", tag_field="type", tag="dispute.closed"):
    """The notice of how a dispute ended, as it is sent."""

    id: WireName
    reference: WireName
    provider_reference: WireName
    amount: WireTaken
    currency: WireCurrency
    at: Instant
    outcome: Literal["won", "lost"]

    @classmethod
    def of(cls, notice: DisputeClosed) -> "DisputeClosedBody":
        return cls(
            id=notice.event_id,
            reference=notice.reference,
            provider_reference=notice.provider_reference,
            amount=notice.amount.amount,
            currency=notice.amount.currency.code,
            at=notice.at,
            outcome="won" if notice.is_won else "lost",
        )

    @property
    def notice(self) -> DisputeClosed:
        """What it tells; raises UnknownCurrencyError."""
        return DisputeClosed(
            event_id=self.id,
            reference=self.reference,
            provider_reference=self.provider_reference,
            amount=Money(self.amount, Currency(self.currency)),
            at=self.at,
            is_won=self.outcome == "won",
        )
