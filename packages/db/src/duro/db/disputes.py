from collections.abc import Sequence
from typing import Final, final

from asyncpg import Record

from duro.db.dispute_rows import Dispute, DisputeId, DisputeStatus
from duro.db.records import AttemptStatus, PaymentAttempt
from duro.db.session import TenantSession
from duro.kernel import Currency, Money, NotFoundError, PaymentAttemptId, PaymentMethodId, SubscriptionId

_COLUMNS: Final = "id, attempt_id, provider, provider_reference, amount, currency, reason, status, opened_at, closed_at"
_SELECT: Final = f"select {_COLUMNS} from {{schema}}.disputes "
_FIND: Final = _SELECT + "where tenant_id = $1 and provider = $2 and provider_reference = $3"
_OF_ATTEMPTS: Final = _SELECT + "where tenant_id = $1 and attempt_id = any($2::uuid[]) order by opened_at, id"
_INSERT: Final = f"""
    insert into {{schema}}.disputes (tenant_id, {_COLUMNS})
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"""
_CLOSE: Final = """
    update {schema}.disputes set status = $3, closed_at = $4
    where tenant_id = $1 and id = $2 and status = 'open'"""
_LOCK_CONCERNED: Final = """
    with cards as (
        select m.id, m.customer_id
        from {schema}.payment_methods charged
        join {schema}.payment_methods m on m.tenant_id = $1 and m.card_key = charged.card_key
        where charged.tenant_id = $1 and charged.id = $3
    ), waiting as (
        select s.id
        from cards c
        join {schema}.subscriptions s on s.tenant_id = $1 and s.customer_id = c.customer_id
        join {schema}.dunning_schedules d on d.tenant_id = $1 and d.subscription_id = s.id
        where d.state in ('scheduled', 'awaiting_customer')
          and coalesce(d.payment_method_id, s.payment_method_id) = c.id
    )
    select s.id, s.id in (select w.id from waiting w) as is_waiting
    from {schema}.subscriptions s
    where s.tenant_id = $1 and s.id = any(array(select $2::uuid union select w.id from waiting w))
    order by s.id for update of s"""


@final
class DisputeRepository:
    """The tenant's charges that payers had their bank take back."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    async def find(self, *, provider: str, reference: str) -> Dispute | None:
        """Find one by the provider's own name of it."""
        row = await self._session.fetchrow(_FIND, provider, reference)
        return None if row is None else self._read(row)

    async def of_charges(self, attempts: Sequence[PaymentAttempt]) -> tuple[Dispute, ...]:
        """Read the disputes of these attempts, oldest first; what took nothing has none."""
        taken = [attempt.id.value for attempt in attempts if attempt.status is AttemptStatus.SUCCEEDED]
        rows = await self._session.fetch(_OF_ATTEMPTS, taken) if taken else ()
        return tuple(self._read(row) for row in rows)

    async def lock_concerned(
        self, subscription_id: SubscriptionId, method_id: PaymentMethodId
    ) -> tuple[SubscriptionId, ...]:
        """Lock the subscription whose charge is disputed, and those with open cases that the card is charged for.

        The latter are returned: wherever the card is saved, it is one card.
        """
        rows = await self._session.fetch(_LOCK_CONCERNED, subscription_id.value, method_id.value)
        return tuple(SubscriptionId(row["id"]) for row in rows if row["is_waiting"])

    async def insert(self, dispute: Dispute) -> None:
        await self._session.execute(
            _INSERT,
            dispute.id.value,
            dispute.attempt_id.value,
            dispute.provider,
            dispute.provider_reference,
            dispute.amount.amount,
            dispute.amount.currency.code,
            dispute.reason,
            dispute.status.value,
            dispute.opened_at,
            dispute.closed_at,
        )

    async def close(self, dispute: Dispute) -> None:
        """Store how it ended. Raise NotFoundError unless it was open."""
        if not await self._session.execute(_CLOSE, dispute.id.value, dispute.status.value, dispute.closed_at):
            raise NotFoundError("open dispute", dispute.id)

    @staticmethod
    def _read(row: Record) -> Dispute:
        return Dispute(
            id=DisputeId(row["id"]),
            attempt_id=PaymentAttemptId(row["attempt_id"]),
            provider=row["provider"],
            provider_reference=row["provider_reference"],
            amount=Money(row["amount"], Currency(row["currency"])),
            reason=row["reason"],
            status=DisputeStatus(row["status"]),
            opened_at=row["opened_at"],
            closed_at=row["closed_at"],
        )
