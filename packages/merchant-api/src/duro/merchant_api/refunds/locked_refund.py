from dataclasses import dataclass
from typing import final

from duro.db.records import PaymentAttempt, Refund, RefundStatus
from duro.db.repositories import Repositories
from duro.kernel import Clock, ConflictError, NotFoundError, RefundId
from duro.merchant_api.billing.refund_service import ANOTHER_AMOUNT
from duro.merchant_api.invoices.locked_invoice import LockedInvoice
from duro.merchant_api.test_clocks import CustomerClocks


@final
@dataclass(frozen=True, slots=True)
class LockedRefund:
    """A refund that a person decides on, locked after its invoice, with the attempt whose money it is."""

    refund: Refund
    attempt: PaymentAttempt
    clock: Clock

    @classmethod
    async def of(cls, repos: Repositories, refund_id: RefundId, clocks: CustomerClocks) -> "LockedRefund":
        """Raise NotFoundError, or ConflictError `test_clock_advancing`."""
        seen = await repos.refunds.get(refund_id)
        if seen is None:
            raise NotFoundError("refund", refund_id)
        locked = await LockedInvoice.of(repos, seen.invoice_id, clocks)
        refund = await repos.refunds.lock(refund_id)
        attempt = await repos.attempts.get(seen.attempt_id)
        if refund is None or attempt is None:
            raise NotFoundError("refund", refund_id)
        return cls(refund, attempt, locked.clock)

    def require_refused(self) -> None:
        """Raise ConflictError `refund_not_refused` unless the provider refused it and gave nothing back."""
        is_refused = self.refund.status is RefundStatus.NEEDS_ATTENTION
        if not is_refused or self.refund.failure_code == ANOTHER_AMOUNT:
            code = "refund_not_refused"
            raise ConflictError(
                code, f"The refund {self.refund.id} is {self.refund.status} and not a merchant's to end."
            )
