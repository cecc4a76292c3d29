from dataclasses import dataclass
from typing import final

from duro.billing.recovery import DunningCause
from duro.db.records import DunningSchedule
from duro.kernel import ConflictError


@final
@dataclass(frozen=True, slots=True)
class ChargeableCase:
    """A recovery case of which somebody wants the saved method charged now."""

    schedule: DunningSchedule

    @property
    def is_chargeable(self) -> bool:
        return self._refusal() is None

    def require(self) -> None:
        """Raise ConflictError `case_closed`, or what forbids the charge whoever asks for it.

        That is `payment_revoked` or `card_barred`.
        """
        refusal = self._refusal()
        if refusal is not None:
            raise refusal

    def _refusal(self) -> ConflictError | None:
        schedule = self.schedule
        if not schedule.is_open:
            return ConflictError("case_closed", f"The recovery case is {schedule.state}.")
        if schedule.cause == DunningCause.REVOKED:
            return ConflictError(
                "payment_revoked", "The payer has stopped these charges; they can still pay themselves."
            )
        if schedule.cause == DunningCause.NEVER_AGAIN and schedule.payment_method_id is None:
            return ConflictError("card_barred", "This card may never be charged for this again.")
        return None
