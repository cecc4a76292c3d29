from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, final

from asyncpg import InterfaceError, InternalClientError, PostgresError, Record
from whenever import Instant

from duro.db.contexts import RepositoryContexts
from duro.db.session import TenantSession
from duro.kernel import Currency, InvoiceId, Money, TenantId

_AWAY: Final = frozenset({"08", "57"})

_RECENT: Final = """
select * from (
    select a.id, coalesce(a.settled_at, a.created_at) as happened_at, a.status as outcome, a.amount, a.currency,
           coalesce(a.failure_message, a.failure_code, '') as detail, c.name, c.email, p.name as plan,
           (select count(*) from {schema}.payment_attempts b
            where b.tenant_id = a.tenant_id and b.invoice_id = a.invoice_id and b.id <= a.id) as attempt, a.invoice_id
    from (select * from {schema}.payment_attempts where tenant_id = $1 order by tenant_id desc, id desc limit $2 * 3) a
    join {schema}.subscriptions s on s.tenant_id = a.tenant_id and s.id = a.subscription_id
    join {schema}.customers c on c.tenant_id = s.tenant_id and c.id = s.customer_id
    join {schema}.plans p on p.tenant_id = s.tenant_id and p.id = s.plan_id
    union all
    select e.id, e.created_at, case e.type when 'subscription_expired' then 'expired' else 'canceled' end, 0,
           s.currency, '', c.name, c.email, p.name, 0, null
    from (select * from {schema}.events
          where tenant_id = $1 and type in ('subscription_cancelled', 'subscription_expired')
          order by tenant_id desc, id desc limit $2) e
    join {schema}.subscriptions s on s.tenant_id = e.tenant_id and s.id = e.subscription_id
    join {schema}.customers c on c.tenant_id = s.tenant_id and c.id = s.customer_id
    join {schema}.plans p on p.tenant_id = s.tenant_id and p.id = s.plan_id
) as happenings order by happened_at desc, id desc limit $2"""

_TOLD: Final = """
select m.id, m.kind, m.channel, m.status, m.outcome, m.settled_at, m.invoice_id, c.email, c.phone
from (select * from {schema}.messages
      where tenant_id = $1 and settled_at is not null
      order by tenant_id desc, id desc limit $2) m
join {schema}.customers c on c.tenant_id = m.tenant_id and c.id = m.customer_id
order by m.settled_at desc, m.id desc"""

_ATTEMPTS: Final = """
select status, currency, count(*) as attempts, sum(amount)::bigint as amount from {schema}.payment_attempts
where tenant_id = $1 group by status, currency"""

_SUBSCRIPTIONS: Final = """
select status, count(*) as subscriptions,
       min(current_period_end) filter (where status in ('active', 'trialing')) as next_due_at
from {schema}.subscriptions where tenant_id = $1 group by status"""


@final
@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that lately came of a subscription's boundary: an attempt to collect, or its end.

    It may name the page on which its payer pays.
    """

    key: str
    happened_at: Instant
    outcome: str
    amount: Money
    detail: str
    customer: str
    plan: str
    attempt: int
    invoice_id: InvoiceId | None = None
    page: str = ""


@final
@dataclass(frozen=True, slots=True)
class Told:
    """One message that lately left, or didn't, and where it went; the invoice it is about, and that one's page."""

    key: str
    told_at: Instant
    kind: str
    channel: str
    to: str
    outcome: str
    invoice_id: InvoiceId | None = None
    page: str = ""


@final
@dataclass(frozen=True, slots=True)
class Overview:
    """How a merchant's billing stands at this moment."""

    happenings: tuple[Happening, ...]
    attempts: Mapping[str, int]
    charged: tuple[Money, ...]
    subscriptions: Mapping[str, int]
    next_due_at: Instant | None
    told: tuple[Told, ...] = ()


@final
class OverviewReader:
    """Reads one merchant's overview, in the merchant's own contexts."""

    def __init__(self, contexts: RepositoryContexts, tenant_id: TenantId) -> None:
        self._contexts = contexts
        self._tenant_id = tenant_id

    async def read(self, *, limit: int) -> Overview | None:
        """Return the overview with the newest happenings first, or None while the database is away."""
        try:
            async with self._contexts.open(self._tenant_id) as repositories:
                return await self._read(repositories.session, limit)
        except (InterfaceError, InternalClientError, OSError):
            return None
        except PostgresError as error:
            if error.sqlstate[:2] in _AWAY:
                return None
            raise

    async def _read(self, session: TenantSession, limit: int) -> Overview:
        recent = await session.fetch(_RECENT, limit)
        told = await session.fetch(_TOLD, limit)
        attempts = await session.fetch(_ATTEMPTS)
        subscriptions = await session.fetch(_SUBSCRIPTIONS)
        counts: dict[str, int] = {}
        for row in attempts:
            counts[row["status"]] = counts.get(row["status"], 0) + row["attempts"]
        dues: list[Instant] = [row["next_due_at"] for row in subscriptions if row["next_due_at"] is not None]
        return Overview(
            happenings=tuple(self._happening(row) for row in recent),
            attempts=counts,
            charged=tuple(
                Money(row["amount"], Currency(row["currency"])) for row in attempts if row["status"] == "succeeded"
            ),
            subscriptions={row["status"]: row["subscriptions"] for row in subscriptions},
            next_due_at=min(dues, default=None),
            told=tuple(self._told(row) for row in told),
        )

    @staticmethod
    def _told(row: Record) -> Told:
        is_sent, channel = row["status"] == "sent", row["channel"] or ""
        return Told(
            key=f"{row['id']} {row['status']}",
            told_at=row["settled_at"],
            kind=row["kind"],
            channel=channel,
            to=(row["phone"] or "") if channel == "whatsapp" else row["email"],
            outcome=row["outcome"] if is_sent else f"{row['status']}: {row['outcome']}",
            invoice_id=None if row["invoice_id"] is None else InvoiceId(row["invoice_id"]),
        )

    @staticmethod
    def _happening(row: Record) -> Happening:
        return Happening(
            key=f"{row['id']} {row['outcome']}",
            happened_at=row["happened_at"],
            outcome=row["outcome"],
            amount=Money(row["amount"], Currency(row["currency"])),
            detail=row["detail"],
            customer=row["name"] or row["email"],
            plan=row["plan"],
            attempt=row["attempt"],
            invoice_id=None if row["invoice_id"] is None else InvoiceId(row["invoice_id"]),
        )
