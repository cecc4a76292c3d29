from msgspec import Struct
from whenever import Instant

from duro.kernel import Currency, Money
from duro.payments.simulated.rails.arrival_wire import ArrivalView
from duro.payments.simulated.rails.entries import ArrivalEntry
from duro.payments.simulated.rails.payers import PayerOrder
from duro.payments.simulated.wire_types import WireCurrency, WireName, WireTaken


class PayerBody(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What a payer is made to do."""

    amount: WireTaken
    currency: WireCurrency = "NGN"
    reference: WireName | None = None
    account_number: WireName | None = None
    at: Instant | None = None

    @property
    def order(self) -> PayerOrder:
        """What the payer does; raises ValueError where that is not to be done."""
        return PayerOrder(
            reference=self.reference,
            account_number=self.account_number,
            amount=Money(self.amount, Currency(self.currency)),
            at=self.at,
        )


class PaidReply(Struct, frozen=True, kw_only=True, rename="camel"):
    """What a payer did."""

    arrival: ArrivalView

    @classmethod
    def of(cls, entry: ArrivalEntry) -> "PaidReply":
        return cls(arrival=ArrivalView.of(entry.arrival))


class MandateActBody(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """When a payer is made to activate a mandate, if not now."""

    at: Instant | None = None
