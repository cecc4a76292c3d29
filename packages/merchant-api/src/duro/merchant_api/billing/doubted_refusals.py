from typing import final

from whenever import Instant

from duro.billing.recovery import Retryability
from duro.db.records import PaymentAttempt
from duro.payments import ChargeGateway, ChargeLookup, ChargeResult, Declined, FailureCodes, Unknown


@final
class DoubtedRefusals:
    """Tells a refusal from an answer that only looks like one, as "in progress" does: money may have moved.

    The table of failure codes says which answers are in doubt. They are looked up, never tried again under another
    reference. A look-up that repeats one past the provider's settle window is believed where the table lets another try
    follow; of any other nobody knows, and after a day a person decides.
    """

    def __init__(self, codes: FailureCodes) -> None:
        self._codes = codes

    def presented(self, provider: str, answer: ChargeResult) -> ChargeResult:
        """Read what a charge was answered with."""
        if isinstance(answer, Declined) and self._codes.find(provider=provider, code=answer.code).is_in_doubt:
            return Unknown(f"{answer.code}: {answer.message}")
        return answer

    def still(self, attempt: PaymentAttempt, found: ChargeLookup, gateway: ChargeGateway, *, now: Instant) -> bool:
        """Say whether what a look-up found leaves it in doubt whether money moved."""
        if not isinstance(found, Declined):
            return False
        code = self._codes.find(provider=attempt.provider, code=found.code)
        is_believed = code.retryable is not Retryability.NO and now >= attempt.created_at + gateway.settle_window
        return code.is_in_doubt and not is_believed
