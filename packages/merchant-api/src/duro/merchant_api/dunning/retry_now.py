from typing import Final, final

from duro.db import Repositories, RepositoryContexts
from duro.db.records import Initiator
from duro.db.recovery import CaseSubject
from duro.kernel import ConflictError, DunningScheduleId, IdFactory, NotFoundError, PaymentAttemptId, TenantId
from duro.merchant_api.billing.asked_charge import AskedCharge, ShownMethod
from duro.merchant_api.billing.charge_order import ChargeOrder
from duro.merchant_api.billing.checks_clock import ChecksClock
from duro.merchant_api.billing.collection import Collection
from duro.merchant_api.dunning.chargeable_case import ChargeableCase
from duro.merchant_api.dunning.read_cases import CaseWithAttempts
from duro.merchant_api.receipts import NoReceipt, Receipt
from duro.merchant_api.test_clocks.customer_clocks import CustomerClocks

_UNSIGNED: Final = NoReceipt()


@final
class RetryNow:
    """Tries a recovery case at once because somebody asked for it; that uses up nothing of the plan of tries.

    Executed again under the same receipt it finds the attempt it had written and makes no other.
    """

    def __init__(
        self, contexts: RepositoryContexts, collection: Collection, guard: ChecksClock, *, ids: IdFactory
    ) -> None:
        self._contexts = contexts
        self._collection = collection
        self._guard = guard
        self._ids = ids
        self._clocks = CustomerClocks(collection.clock)

    async def execute(
        self,
        tenant_id: TenantId,
        schedule_id: DunningScheduleId,
        receipt: Receipt[CaseWithAttempts] = _UNSIGNED,
        *,
        initiator: Initiator = Initiator.MERCHANT,
        return_url: str | None = None,
        shown: ShownMethod | None = None,
    ) -> CaseWithAttempts:
        """Charge the saved method once, and have the case decided about anew if it is declined.

        A payer who asks for it is there: their bank may want their approval. Then the attempt stays pending and says
        where that is given, from where they come back to the return address.

        A decline is no error, nor is an answer that isn't known within 10 seconds.
        Raise NotFoundError; PaymentInProgressError; or ConflictError `case_closed`, `payment_method_required`, or
        `payment_revoked`, `card_barred` and `card_budget_spent` where a charge is forbidden whoever asks for it, and
        `payment_method_changed` or `already_tried` where it isn't what a payer was shown.
        """
        asked = AskedCharge(initiator=initiator, return_url=return_url, shown=shown)
        await self._guard.check()
        async with self._contexts.open(tenant_id) as repos:
            ids = await receipt.claim(repos, self._ids)
            attempt_id = ids.new(PaymentAttemptId)
            subjects = await repos.recovery.lock([schedule_id])
            if not subjects:
                raise NotFoundError("recovery case", schedule_id)
            collection = self._collection.on(await self._clocks.of(repos, subjects[0].subscription.test_clock_id))
            is_known = await repos.attempts.get(attempt_id) is not None
            order = None if is_known else await self._claimed(repos, subjects[0], collection, asked, attempt_id)
        if order is not None:
            await collection.finish(tenant_id, asked.sent(order), gateway_seconds=asked.GATEWAY_SECONDS)
        async with self._contexts.open(tenant_id) as repos:
            result = await CaseWithAttempts.of(repos, schedule_id)
            await receipt.sign(repos, result)
        return result

    async def _claimed(
        self,
        repos: Repositories,
        subject: CaseSubject,
        collection: Collection,
        asked: AskedCharge,
        attempt_id: PaymentAttemptId,
    ) -> ChargeOrder:
        method_id = subject.schedule.payment_method_id
        ChargeableCase(subject.schedule).require()
        await asked.require(repos, subject.subscription, subject.invoice, method_id=method_id)
        order = await collection.claim(
            repos,
            subject.subscription,
            subject.invoice,
            method_id=method_id,
            reason=asked.reason,
            initiator=asked.initiator,
            attempt_id=attempt_id,
        )
        if order is None:
            code = "payment_method_required"
            raise ConflictError(code, "There is no saved way to pay that could be charged.")
        return order
