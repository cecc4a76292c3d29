import asyncio
from dataclasses import dataclass, replace
from typing import Final, assert_never, final

from whenever import TimeDelta

from duro.billing import EventType
from duro.db import RepositoryContexts
from duro.db.ledger import Postings
from duro.db.records import PaymentAttempt, Refund, RefundStatus
from duro.kernel import Clock, IdFactory, RefundId, TenantId
from duro.merchant_api.billing.event_records import EventRecords
from duro.merchant_api.billing.gateways import GatewayRegistry
from duro.payments import ChargeGateway, NotFound, Refunded, RefundRefused, RefundRequest, RefundResult, Unknown

ANOTHER_AMOUNT: Final = "amount_mismatch"
DISPUTED: Final = "charge_disputed"


@final
@dataclass(frozen=True, slots=True)
class _LeasedRefund:
    """A refund this process may send, the charge it gives back, and whether somebody may have sent it before.

    What the payer disputes by now they would have twice.
    """

    refund: Refund
    attempt: PaymentAttempt
    is_first_try: bool
    is_disputed: bool


@final
class RefundService:
    """Sends refunds that were claimed, with the same claim, send and settle as a charge."""

    def __init__(
        self, contexts: RepositoryContexts, gateways: GatewayRegistry, *, ids: IdFactory, clock: Clock, lease: TimeDelta
    ) -> None:
        self._contexts = contexts
        self._gateways = gateways
        self._ids = ids
        self._clock = clock
        self._lease = lease
        self._postings = Postings(ids=ids, clock=clock)

    def on(self, clock: Clock) -> "RefundService":
        """Give the same service on another clock."""
        contexts = self._contexts.on(clock)
        return RefundService(contexts, self._gateways, ids=self._ids, clock=clock, lease=self._lease)

    async def process(
        self, tenant_id: TenantId, refund_id: RefundId, *, gateway_seconds: float | None = None
    ) -> RefundStatus | None:
        """Look a pending refund up and send it if the provider hasn't got it; None if nothing was to be done.

        The provider is waited for at most `gateway_seconds`; no answer leaves the refund pending. A refused refund
        needs attention: the money stays owed in the ledger until a person decides. So does one that may have been sent
        to a provider that could give it back twice, and one that isn't sent since the payer disputes the charge by now.
        """
        leased = await self._take(tenant_id, refund_id)
        if leased is None:
            return None
        result = await self._answer(leased, gateway_seconds)
        if isinstance(result, Unknown):
            return RefundStatus.PENDING
        return await self._settle(tenant_id, leased.refund, leased.attempt, result)

    async def settle(
        self, tenant_id: TenantId, refund_id: RefundId, result: Refunded | RefundRefused
    ) -> RefundStatus | None:
        """Settle a refund by what its provider told of it, whoever holds it; None if it isn't pending."""
        async with self._contexts.open(tenant_id) as repos:
            refund = await repos.refunds.get(refund_id)
            attempt = None if refund is None else await repos.attempts.get(refund.attempt_id)
        if refund is None or attempt is None:
            return None
        return await self._settle(tenant_id, refund, attempt, result)

    async def _take(self, tenant_id: TenantId, refund_id: RefundId) -> _LeasedRefund | None:
        async with self._contexts.open(tenant_id) as repos:
            refund = await repos.refunds.lock(refund_id)
            now = self._clock.now()
            if refund is None or refund.status is not RefundStatus.PENDING or refund.claimed_until > now:
                return None
            attempt = await repos.attempts.get(refund.attempt_id)
            if attempt is None:
                return None
            leased = replace(refund, claimed_until=now + self._lease)
            await repos.refunds.update(leased)
            is_disputed = any(dispute.is_standing for dispute in await repos.disputes.of_charges([attempt]))
            is_first_try = refund.claimed_until <= refund.created_at
            return _LeasedRefund(leased, attempt, is_first_try=is_first_try, is_disputed=is_disputed)

    async def _answer(self, leased: _LeasedRefund, gateway_seconds: float | None) -> RefundResult:
        try:
            async with asyncio.timeout(gateway_seconds):
                return await self._send(leased)
        except TimeoutError:
            return Unknown(f"The gateway gave no answer within {gateway_seconds} seconds.")

    async def _send(self, leased: _LeasedRefund) -> RefundResult:
        gateway = self._gateways.named(leased.attempt.provider)
        found = await gateway.lookup_refund(leased.refund.reference)
        match found:
            case NotFound():
                return await self._present(leased, gateway)
            case Refunded() | RefundRefused() | Unknown():
                return found
            case _:
                assert_never(found)

    async def _present(self, leased: _LeasedRefund, gateway: ChargeGateway) -> RefundResult:
        if leased.is_disputed:
            return RefundRefused(DISPUTED, "The payer's bank has taken back what the charge took: it wasn't sent.")
        if not (leased.is_first_try or gateway.has_idempotent_references):
            return RefundRefused("not_found", "The provider has no such refund and can't be asked twice.")
        if self._clock.now() + gateway.settle_window > leased.refund.claimed_until:
            return Unknown("The lease was too short to send the refund.")
        return await gateway.refund(
            RefundRequest(
                reference=leased.refund.reference,
                charge_reference=leased.attempt.reference,
                amount=leased.refund.amount,
            )
        )

    async def _settle(
        self, tenant_id: TenantId, seen: Refund, attempt: PaymentAttempt, result: Refunded | RefundRefused
    ) -> RefundStatus | None:
        async with self._contexts.open(tenant_id) as repos:
            subscription = await repos.subscriptions.lock(attempt.subscription_id)
            invoice = await repos.invoices.lock(seen.invoice_id)
            refund = await repos.refunds.lock(seen.id)
            if subscription is None or invoice is None or refund is None or refund.status is not RefundStatus.PENDING:
                return None
            now = self._clock.now()
            if isinstance(result, Refunded) and result.amount != refund.amount:
                result = RefundRefused(ANOTHER_AMOUNT, f"The provider gave {result.amount} back.")
            if isinstance(result, RefundRefused):
                refused = replace(
                    refund,
                    status=RefundStatus.NEEDS_ATTENTION,
                    settled_at=now,
                    failure_code=result.code,
                    failure_message=result.message,
                )
                await repos.refunds.update(refused)
                return RefundStatus.NEEDS_ATTENTION
            done = replace(refund, status=RefundStatus.SUCCEEDED, settled_at=now)
            refunded = replace(invoice, amount_refunded=invoice.amount_refunded + refund.amount)
            change = subscription.told(EventType.SUBSCRIPTION_PAYMENT_REFUNDED)
            await repos.refunds.update(done)
            await repos.invoices.update(refunded)
            await repos.ledger.post(self._postings.refund_done(done, provider=attempt.provider))
            await repos.subscriptions.update(change.subscription)
            data = EventRecords.data(change.subscription, refunded)
            await repos.events.append(change.subscription, change.events, data)
            return RefundStatus.SUCCEEDED
