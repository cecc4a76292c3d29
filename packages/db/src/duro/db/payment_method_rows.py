"""How a customer pays."""

from dataclasses import dataclass, field
from typing import final

from whenever import Instant

from duro.billing.recovery import Rail
from duro.crypto import Digest
from duro.db.mandate_rows import Mandate, PaymentMethodStatus
from duro.kernel import CustomerId, Money, PaymentMethodId


@final
@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """A customer's saved card or mandate, as the provider's token and what may be shown of it.

    The fingerprint is what the provider says is the same card wherever it is saved; not every provider says, and what
    cards are told apart by is its digest under a key. A mandate has no token before the provider has said that it keeps
    it. A barred one may never be charged again.
    """

    id: PaymentMethodId
    customer_id: CustomerId
    provider: str
    token: str
    brand: str
    last4: str
    exp_month: int | None
    exp_year: int | None
    detached_at: Instant | None
    created_at: Instant
    fingerprint: str | None = field(default=None, repr=False)
    fingerprint_key: bytes | None = field(default=None, repr=False)
    status: PaymentMethodStatus = PaymentMethodStatus.ACTIVE
    mandate: Mandate | None = None
    barred_at: Instant | None = None

    @property
    def rail(self) -> Rail:
        return Rail.CARD if self.mandate is None else Rail.DIRECT_DEBIT

    @property
    def card_key(self) -> bytes:
        """Name a card without telling which it is: one key wherever it is saved, if the provider knows that."""
        return self.fingerprint_key or Digest.of(b"method", self.id.value.bytes)

    @property
    def reference(self) -> str:
        """Return the name by which the provider knows a mandate."""
        return self.id.suffix

    def can_pay(self, amount: Money) -> bool:
        """Say whether so much can be charged now: not what is removed, barred, or not approved of by its mandate."""
        is_there = self.detached_at is None and self.barred_at is None
        is_usable = is_there and self.status is PaymentMethodStatus.ACTIVE
        return is_usable and (self.mandate is None or self.mandate.approves(amount))
