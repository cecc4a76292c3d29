from typing import Final, final

from duro.db.contexts import RepositoryContexts
from duro.db.ledger import Postings
from duro.db.records import PaymentAttempt, Refund, RefundStatus
from duro.db.repositories import Repositories
from duro.kernel import Clock, ConflictError, IdFactory, Money, NotFoundError, RefundId, TenantId
from duro.merchant_api.billing.refund_service import DISPUTED, RefundService
from duro.merchant_api.receipts import Receipt

_GATEWAY_SECONDS: Final = 10.0


@final
class RefundBook:
    """The two ends of a refund that somebody asks for: its claim, and its sending once that is committed."""

    def __init__(self, contexts: RepositoryContexts, refunds: RefundService, *, ids: IdFactory) -> None:
        self._contexts = contexts
        self._refunds = refunds
        self._ids = ids

    async def claim(
        self, repos: Repositories, attempt: PaymentAttempt, *, amount: Money, reason: str, id: RefundId, clock: Clock
    ) -> None:
        """Owe the payer this much of what an attempt took; the caller has made sure that it is there to give back.

        Raise ConflictError `charge_disputed` while a payer has it back by their bank: it would be given twice.
        """
        if any(dispute.is_standing for dispute in await repos.disputes.of_charges([attempt])):
            raise ConflictError(DISPUTED, f"The payer's bank has taken back what the transaction {attempt.id} took.")
        now = clock.now()
        refund = Refund(
            id=id,
            attempt_id=attempt.id,
            invoice_id=attempt.invoice_id,
            status=RefundStatus.PENDING,
            amount=amount,
            reason=reason,
            claimed_until=now,
            created_at=now,
            settled_at=None,
        )
        await repos.refunds.insert(refund)
        await repos.ledger.post(Postings(ids=self._ids, clock=clock).refund_claimed(refund))

    async def sent(self, tenant_id: TenantId, refund_id: RefundId, clock: Clock, receipt: Receipt[Refund]) -> Refund:
        """Send a committed refund unless somebody else has it in hand, and sign with what is known of it then."""
        await self._refunds.on(clock).process(tenant_id, refund_id, gateway_seconds=_GATEWAY_SECONDS)
        async with self._contexts.open(tenant_id) as repos:
            refund = await repos.refunds.get(refund_id)
            if refund is None:
                raise NotFoundError("refund", refund_id)
            await receipt.sign(repos, refund)
        return refund
