from typing import Final, final

from duro.billing.recovery import DunningCause
from duro.db import RepositoryContexts
from duro.db.records import Initiator
from duro.db.recovery import CaseSubject
from duro.kernel import ConflictError, DunningScheduleId, NotFoundError, TenantId
from duro.merchant_api.billing.collection import Collection
from duro.merchant_api.billing.outcomes import RenewalOutcome
from duro.merchant_api.test_clocks.customer_clocks import CustomerClocks

_REASONS: Final = {
    Initiator.MERCHANT: "The merchant asked for it.",
    Initiator.PAYER: "The payer asked for it.",
}


@final
class RetryNow:
    """Tries a recovery case at once because somebody asked for it; that uses up nothing of the plan of tries."""

    def __init__(self, contexts: RepositoryContexts, collection: Collection) -> None:
        self._contexts = contexts
        self._collection = collection
        self._clocks = CustomerClocks(collection.clock)

    async def execute(
        self,
        tenant_id: TenantId,
        schedule_id: DunningScheduleId,
        *,
        initiator: Initiator = Initiator.MERCHANT,
        gateway_seconds: float | None = None,
    ) -> RenewalOutcome:
        """Charge the saved method once, and have the case decided about anew if it is declined.

        Raise NotFoundError; PaymentInProgressError; or ConflictError `case_closed`, `payment_method_required`, or
        `payment_revoked` and `card_barred` where a charge is forbidden whoever asks for it.
        """
        async with self._contexts.open(tenant_id) as repos:
            subjects = await repos.recovery.lock([schedule_id])
            if not subjects:
                raise NotFoundError("recovery case", schedule_id)
            subject = subjects[0]
            self._require_chargeable(subject)
            clock = await self._clocks.of(repos, subject.subscription.test_clock_id)
            collection = self._collection.on(clock)
            order = await collection.claim(
                repos, subject.subscription, subject.invoice, reason=_REASONS[initiator], initiator=initiator
            )
            if order is None:
                code = "payment_method_required"
                raise ConflictError(code, "There is no saved way to pay that could be charged.")
        return await collection.finish(tenant_id, order, gateway_seconds=gateway_seconds)

    @staticmethod
    def _require_chargeable(subject: CaseSubject) -> None:
        schedule = subject.schedule
        if not schedule.is_open:
            code = "case_closed"
            raise ConflictError(code, f"The recovery case is {schedule.state}.")
        if schedule.cause == DunningCause.REVOKED:
            code = "payment_revoked"
            raise ConflictError(code, "The payer has stopped these charges; they can pay by the link.")
        if schedule.cause == DunningCause.NEVER_AGAIN:
            code = "card_barred"
            raise ConflictError(code, "This card may never be charged for this again.")
