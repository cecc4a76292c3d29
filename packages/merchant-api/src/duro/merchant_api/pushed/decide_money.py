from dataclasses import dataclass, replace
from typing import final

from duro.db import RepositoryContexts
from duro.db.ledger import Postings
from duro.db.push_rows import MoneyDecision
from duro.kernel import (
    Clock,
    ConflictError,
    IdFactory,
    IncomingPaymentId,
    InvoiceId,
    NotFoundError,
    SubscriptionId,
    TenantId,
)
from duro.merchant_api.billing.gateways import GatewayRegistry
from duro.merchant_api.pushed.arrived_money import Received
from duro.merchant_api.pushed.receive_money import ReceiveMoney


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyVerdict:
    """What a person says of money that nobody could allocate: whose it is, or, without that, that it was sent back."""

    payment_id: IncomingPaymentId
    to: SubscriptionId | InvoiceId | None
    by: str
    note: str


@final
class DecideMoney:
    """Settles money that waits for a person, once and on record: it pays what they say, or has left outside of Duro."""

    def __init__(
        self, contexts: RepositoryContexts, gateways: GatewayRegistry, *, ids: IdFactory, clock: Clock
    ) -> None:
        self._contexts = contexts
        self._receive = ReceiveMoney(contexts, gateways, ids=ids, clock=clock)
        self._postings = Postings(ids=ids, clock=clock)
        self._clock = clock

    async def execute(self, tenant_id: TenantId, verdict: MoneyVerdict) -> Received | None:
        """Say what it paid; None if it was sent back.

        Raise NotFoundError, or ConflictError `money_not_waiting` or `currency_mismatch`.
        """
        async with self._contexts.open(tenant_id) as repos:
            found = await repos.incoming_payments.get(verdict.payment_id)
            if found is None:
                raise NotFoundError("incoming payment", verdict.payment_id)
            is_allocated = bool(await repos.incoming_payments.allocations(found.id))
            if is_allocated or not await repos.incoming_payments.decide(self._decision(verdict)):
                code = "money_not_waiting"
                raise ConflictError(code, f"The money {found.id} doesn't wait for anybody.")
            payment = replace(found, is_waiting=True)
            if verdict.to is not None:
                return await self._receive.allocate(repos, payment, to=verdict.to)
            await repos.ledger.post(self._postings.sent_back(payment))
            return None

    def _decision(self, verdict: MoneyVerdict) -> MoneyDecision:
        return MoneyDecision(
            incoming_payment_id=verdict.payment_id,
            is_sent_back=verdict.to is None,
            decided_by=verdict.by,
            note=verdict.note,
            decided_at=self._clock.now(),
        )
