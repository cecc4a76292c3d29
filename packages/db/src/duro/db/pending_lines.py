from collections.abc import Sequence
from typing import Final, final

from asyncpg import Record
from whenever import Instant

from duro.billing import PendingLine
from duro.db.records import StoredPendingLine
from duro.db.session import TenantSession
from duro.kernel import Currency, InvoiceId, Money, PendingLineId, SubscriptionId

_SELECT: Final = "select id, subscription_id, description, amount, currency, created_at from {schema}.pending_lines "
_WAITING: Final = _SELECT + (
    "where tenant_id = $1 and subscription_id = any($2::uuid[]) and invoice_id is null and lapsed_at is null"
    " order by id"
)
_TAKEN_BY: Final = _SELECT + "where tenant_id = $1 and invoice_id = $2 order by id"
_INSERT: Final = """
    insert into {schema}.pending_lines (tenant_id, id, subscription_id, description, amount, currency, created_at,
                                        carried_from)
    select $1, line.id, $2, line.description, line.amount, $3, $4, $8
    from unnest($5::uuid[], $6::text[], $7::bigint[]) as line (id, description, amount)"""
_LAPSE: Final = """
    update {schema}.pending_lines set lapsed_at = $3
    where tenant_id = $1 and subscription_id = $2 and invoice_id is null and lapsed_at is null"""


@final
class PendingLineRepository:
    """Amounts that wait for the next invoice; whoever writes them holds the lock of their subscription."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    async def waiting(self, subscription_ids: Sequence[SubscriptionId]) -> tuple[StoredPendingLine, ...]:
        """Read what waits for the next invoices of these subscriptions, oldest first."""
        rows = await self._session.fetch(_WAITING, [one.value for one in subscription_ids])
        return tuple(self.read(row) for row in rows)

    async def taken_by(self, invoice_id: InvoiceId) -> tuple[StoredPendingLine, ...]:
        """Read what an invoice took up, oldest first."""
        return tuple(self.read(row) for row in await self._session.fetch(_TAKEN_BY, invoice_id.value))

    async def add(
        self,
        subscription_id: SubscriptionId,
        lines: Sequence[PendingLine],
        *,
        now: Instant,
        carried_from: InvoiceId | None = None,
    ) -> None:
        """Let these lines, all in the subscription's currency, wait for its next invoice.

        One that an earlier invoice had asked for names that.
        """
        if not lines:
            return
        await self._session.execute(
            _INSERT,
            subscription_id.value,
            lines[0].amount.currency.code,
            now,
            [self._session.ids.new(PendingLineId).value for _ in lines],
            [line.description for line in lines],
            [line.amount.amount for line in lines],
            None if carried_from is None else carried_from.value,
        )

    async def lapse(self, subscription_id: SubscriptionId, *, now: Instant) -> None:
        """End all that waits: no invoice will come for it."""
        await self._session.execute(_LAPSE, subscription_id.value, now)

    @staticmethod
    def read(row: Record) -> StoredPendingLine:
        amount = Money(row["amount"], Currency(row["currency"]))
        return StoredPendingLine(
            id=PendingLineId(row["id"]),
            subscription_id=SubscriptionId(row["subscription_id"]),
            line=PendingLine(row["description"], amount),
            created_at=row["created_at"],
        )
