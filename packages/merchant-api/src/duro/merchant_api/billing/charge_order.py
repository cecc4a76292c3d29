from dataclasses import dataclass, replace
from typing import TypeAlias, final

from duro.db.records import PaymentAttempt
from duro.merchant_api.billing.outcomes import Renewal
from duro.payments import ChargeRequest


@final
@dataclass(frozen=True, slots=True)
class Concluded:
    """The claim alone decided the renewal: there is nothing to charge."""

    renewal: Renewal


@final
@dataclass(frozen=True, slots=True)
class ChargeOrder:
    """A committed attempt, and the request that collects it while its lease lasts."""

    attempt: PaymentAttempt
    request: ChargeRequest

    @classmethod
    def of(cls, attempt: PaymentAttempt, *, token: str, customer_email: str, description: str) -> "ChargeOrder":
        return cls(
            attempt,
            ChargeRequest(
                reference=attempt.reference,
                amount=attempt.amount,
                token=token,
                customer_email=customer_email,
                description=description,
            ),
        )

    def for_payer(self, return_url: str | None) -> "ChargeOrder":
        """Send it while its payer is there to approve it, and have them come back here."""
        return replace(self, request=replace(self.request, is_payer_present=True, return_url=return_url))


ClaimResult: TypeAlias = Concluded | ChargeOrder
