from typing import Final, final

from asyncpg import Record

from duro.db.credit_rows import CreditEntry, CreditGrant
from duro.db.pages import Page, PageRequest
from duro.db.session import TenantSession
from duro.db.states import JournalCause, JournalId
from duro.kernel import CreditGrantId, Currency, InvoiceId, Money, SubscriptionId

_INSERT: Final = """
    insert into {schema}.credit_grants (
        tenant_id, id, subscription_id, invoice_id, amount, currency, reason, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8)"""
_GET: Final = """
    select id, subscription_id, invoice_id, amount, currency, reason, created_at
    from {schema}.credit_grants where tenant_id = $1 and id = $2"""
_ENTRIES: Final = """
    with causes as (
        select c.cause_type, i.id as cause_id, i.id as invoice_id, null as reason
        from {schema}.invoices i
        cross join unnest(array['invoice', 'part_returned', 'void', 'uncollectible',
                               'uncollectible_recovered']) as c (cause_type)
        where i.tenant_id = $1 and i.subscription_id = $4
        union all
        select 'payment', a.id, a.invoice_id, null
        from {schema}.invoices i
        join {schema}.payment_attempts a on a.tenant_id = i.tenant_id and a.invoice_id = i.id
        where i.tenant_id = $1 and i.subscription_id = $4
        union all
        select distinct c.cause_type, g.incoming_payment_id, null::uuid, null
        from {schema}.allocations g
        cross join unnest(array['incoming_payment', 'allocated']) as c (cause_type)
        where g.tenant_id = $1 and g.subscription_id = $4
        union all
        select 'credit_granted', g.id, g.invoice_id, g.reason
        from {schema}.credit_grants g where g.tenant_id = $1 and g.subscription_id = $4
        union all
        select 'credit_at_end', $4, null, null
    )
    select j.id, j.cause_type, causes.invoice_id, -e.amount as amount, e.currency, causes.reason, j.created_at
    from causes
    join {schema}.journals j
        on j.tenant_id = $1 and j.cause_type = causes.cause_type and j.cause_id = causes.cause_id
    join {schema}.ledger_entries e
        on e.tenant_id = $1 and e.journal_id = j.id and e.account = 'customer_credit'
    where j.id < $2
    order by j.id desc
    limit $3"""


@final
class CreditRepository:
    """What decisions gave to credit balances, and how a balance came to be what it is."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    async def get(self, grant_id: CreditGrantId) -> CreditGrant | None:
        row = await self._session.fetchrow(_GET, grant_id.value)
        return None if row is None else self.read(row)

    async def insert(self, grant: CreditGrant) -> None:
        await self._session.execute(
            _INSERT,
            grant.id.value,
            grant.subscription_id.value,
            None if grant.invoice_id is None else grant.invoice_id.value,
            grant.amount.amount,
            grant.amount.currency.code,
            grant.reason,
            grant.created_at,
        )

    async def entries(self, subscription_id: SubscriptionId, page: PageRequest) -> Page[CreditEntry]:
        """Read what moved the balance of a subscription, newest first; all of it sums to the balance."""
        rows = await self._session.fetch(_ENTRIES, page.before_id, page.limit + 1, subscription_id.value)
        return page.cut(rows, read=self._read_entry, id_of=lambda entry: entry.id)

    @staticmethod
    def read(row: Record) -> CreditGrant:
        return CreditGrant(
            id=CreditGrantId(row["id"]),
            subscription_id=SubscriptionId(row["subscription_id"]),
            invoice_id=None if row["invoice_id"] is None else InvoiceId(row["invoice_id"]),
            amount=Money(row["amount"], Currency(row["currency"])),
            reason=row["reason"],
            created_at=row["created_at"],
        )

    @staticmethod
    def _read_entry(row: Record) -> CreditEntry:
        return CreditEntry(
            id=JournalId(row["id"]),
            cause=JournalCause(row["cause_type"]),
            invoice_id=None if row["invoice_id"] is None else InvoiceId(row["invoice_id"]),
            amount=Money(row["amount"], Currency(row["currency"])),
            reason=row["reason"],
            created_at=row["created_at"],
        )
