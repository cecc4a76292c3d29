from dataclasses import dataclass
from typing import Final, final

from duro.billing import PaymentInProgressError
from duro.db.contexts import RepositoryContexts
from duro.db.records import AttemptStatus, Refund, RefundStatus
from duro.db.repositories import Repositories
from duro.kernel import Clock, ConflictError, Fault, IdFactory, InvalidInputError, InvoiceId, Money, RefundId, TenantId
from duro.merchant_api.billing.checks_clock import ChecksClock
from duro.merchant_api.billing.refund_service import RefundService
from duro.merchant_api.billing.returned_drafts import CANCELED_IN_FLIGHT
from duro.merchant_api.invoices.locked_invoice import LockedInvoice
from duro.merchant_api.receipts import NoReceipt, Receipt
from duro.merchant_api.refunds.refund_book import RefundBook
from duro.merchant_api.test_clocks import CustomerClocks

_UNSIGNED: Final = NoReceipt()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RefundInvoiceCommand:
    """Whose payment goes back, how much of it in minor units (all that is left unless given), and why."""

    invoice_id: InvoiceId
    amount: int | None = None
    reason: str = "requested_by_merchant"


@final
class RefundInvoice:
    """Gives back what an invoice took, whole or in part, as often as there is something left of it.

    The claim reserves the amount, so that refunds that race never give back more than was paid; a period never moves.
    Executed again under the same receipt it finds the refund it had written and makes no other.
    """

    def __init__(
        self, contexts: RepositoryContexts, refunds: RefundService, guard: ChecksClock, *, ids: IdFactory, clock: Clock
    ) -> None:
        self._contexts = contexts
        self._book = RefundBook(contexts, refunds, ids=ids)
        self._guard = guard
        self._ids = ids
        self._clocks = CustomerClocks(clock)

    async def execute(
        self, tenant_id: TenantId, command: RefundInvoiceCommand, receipt: Receipt[Refund] = _UNSIGNED
    ) -> Refund:
        """Raise NotFoundError, or ConflictError `refund_exceeds_payment`, `refund_by_hand`, `charge_disputed` or
        `payment_in_progress`.

        Only what was charged goes back by the provider; money that the payer pushed goes back by hand.

        An answer of the provider that isn't known yet is no error: the refund is pending, and is settled later.
        """
        if command.reason == CANCELED_IN_FLIGHT:
            raise InvalidInputError([Fault("reason", "is the reason of refunds that open by themselves")])
        await self._guard.check()
        async with self._contexts.open(tenant_id) as repos:
            ids = await receipt.claim(repos, self._ids)
            refund_id = ids.new(RefundId)
            locked = await LockedInvoice.of(repos, command.invoice_id, self._clocks)
            if await repos.refunds.get(refund_id) is None:
                await self._claim(repos, locked, command, refund_id)
        return await self._book.sent(tenant_id, refund_id, locked.clock, receipt)

    async def _claim(
        self, repos: Repositories, locked: LockedInvoice, command: RefundInvoiceCommand, refund_id: RefundId
    ) -> None:
        invoice = locked.invoice
        attempts = await repos.attempts.of_invoice(invoice.id)
        if any(attempt.is_unexplained for attempt in attempts):
            raise PaymentInProgressError
        reserved = [
            refund.amount
            for refund in await repos.refunds.lock_of_invoice(invoice.id)
            if refund.status is not RefundStatus.FAILED
        ]
        charge = next((attempt for attempt in attempts if attempt.status is AttemptStatus.SUCCEEDED), None)
        is_pushed = charge is None or charge.amount_allocated.is_zero
        if is_pushed and not invoice.amount_paid.is_zero:
            code = "refund_by_hand"
            raise ConflictError(code, f"The payer pushed the money for the invoice {invoice.id}: it goes back by hand.")
        charged = invoice.amount_paid if charge is None else charge.amount_allocated
        left = charged - sum(reserved, Money.zero(invoice.currency))
        amount = left if command.amount is None else Money(command.amount, invoice.currency)
        if charge is None or amount.is_zero or left < amount:
            code = "refund_exceeds_payment"
            raise ConflictError(code, f"Of what was charged for the invoice {invoice.id}, {left} is left to give back.")
        await self._book.claim(repos, charge, amount=amount, reason=command.reason, id=refund_id, clock=locked.clock)
