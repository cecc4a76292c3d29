from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from typing import Final, final

from asyncpg import Connection, Record

from duro.db.pool import DatabasePool
from duro.db.session import SchemaSql
from duro.db.states import JournalId
from duro.kernel import (
    EntityId,
    IncomingPaymentId,
    InvoiceId,
    Mode,
    PaymentAttemptId,
    PromoCodeId,
    SubscriptionId,
    TenantId,
)

_SQL: Final = files("duro.db") / "sql" / "audit"
_READ: Final = "begin isolation level repeatable read read only"
_AS_SWEEP: Final = "begin read only; set local role duro_sweep"
_AS_TENANT: Final = "set local role duro_owner; set local duro.tenant_id = '{tenant}'"
_TENANTS: Final = "select id from core.tenants order by id"
_MOST_FINDINGS: Final = 100


class AuditCheck(StrEnum):
    """One thing that is always true of a book in order; each is the statement of its name under sql/audit."""

    JOURNALS_BALANCE = "journals_balance"
    CAUSES_POSTED_ONCE = "causes_posted_once"
    ACCOUNTS_AGREE = "accounts_agree"
    PAID_BY_ONE_ATTEMPT = "paid_by_one_attempt"
    AMOUNT_PAID = "amount_paid"
    NEVER_PAID_TWICE = "never_paid_twice"
    ALLOCATED_WITHIN_PAYMENTS = "allocated_within_payments"
    ATTEMPTS_HAVE_INVOICES = "attempts_have_invoices"
    REFUNDS_WITHIN_PAYMENTS = "refunds_within_payments"
    PERIODS_TILE = "periods_tile"
    CYCLES_COUNTED = "cycles_counted"
    PAID_WITHOUT_ADVANCE_REFUNDED = "paid_without_advance_refunded"
    CREDIT_RETURNED = "credit_returned"
    CREDIT_BALANCES = "credit_balances"
    PENDING_LINES_TAKEN = "pending_lines_taken"
    PROMOTIONS_REDEEMED = "promotions_redeemed"
    EVENTS_WITHOUT_GAP = "events_without_gap"


_STATEMENTS: Final = {check: (_SQL / f"{check.value}.sql").read_text(encoding="utf-8") for check in AuditCheck}
_SUBJECTS: Final[dict[AuditCheck, type[EntityId]]] = {
    AuditCheck.JOURNALS_BALANCE: JournalId,
    AuditCheck.ACCOUNTS_AGREE: TenantId,
    AuditCheck.PAID_BY_ONE_ATTEMPT: InvoiceId,
    AuditCheck.AMOUNT_PAID: InvoiceId,
    AuditCheck.NEVER_PAID_TWICE: InvoiceId,
    AuditCheck.ALLOCATED_WITHIN_PAYMENTS: IncomingPaymentId,
    AuditCheck.ATTEMPTS_HAVE_INVOICES: PaymentAttemptId,
    AuditCheck.REFUNDS_WITHIN_PAYMENTS: InvoiceId,
    AuditCheck.PERIODS_TILE: SubscriptionId,
    AuditCheck.CYCLES_COUNTED: SubscriptionId,
    AuditCheck.PAID_WITHOUT_ADVANCE_REFUNDED: InvoiceId,
    AuditCheck.CREDIT_RETURNED: InvoiceId,
    AuditCheck.CREDIT_BALANCES: SubscriptionId,
    AuditCheck.PROMOTIONS_REDEEMED: PromoCodeId,
    AuditCheck.EVENTS_WITHOUT_GAP: SubscriptionId,
}


@final
@dataclass(frozen=True, slots=True)
class Finding:
    """Something that isn't as it must be: which check, whose book, and what is wrong with which row."""

    check: AuditCheck
    tenant: TenantId
    detail: str


@final
@dataclass(frozen=True, slots=True)
class AuditReport:
    """What an audit of one mode found; at most 100 findings a check and tenant are listed."""

    mode: Mode
    tenants: int
    findings: tuple[Finding, ...]

    @property
    def is_clean(self) -> bool:
        """Say whether every check held for every tenant."""
        return not self.findings


@final
class Audit:
    """Reads the books of every tenant of a mode, one tenant a snapshot, and proves that they agree with the rows.

    The pool is the administrator's: each tenant is read as the tables' owner with that tenant's setting, so that forced
    row-level security holds here as well.
    """

    def __init__(self, pool: DatabasePool) -> None:
        self._pool = pool

    async def run(self, mode: Mode) -> AuditReport:
        """Check all tenants, one after the other; nothing is written or locked."""
        sql = SchemaSql(mode)
        findings: list[Finding] = []
        async with self._pool.acquire() as connection:
            tenants = await self._tenants(connection)
            for tenant in tenants:
                findings.extend(await self._check(connection, sql, tenant))
        return AuditReport(mode, len(tenants), tuple(findings))

    @staticmethod
    async def _tenants(connection: Connection) -> list[TenantId]:
        await connection.execute(_AS_SWEEP)
        rows = await connection.fetch(_TENANTS)
        await connection.execute("rollback")
        return [TenantId(row["id"]) for row in rows]

    @classmethod
    async def _check(cls, connection: Connection, sql: SchemaSql, tenant: TenantId) -> list[Finding]:
        await connection.execute(f"{_READ}; {_AS_TENANT.replace('{tenant}', tenant.value.hex)}")
        try:
            return [
                Finding(check, tenant, f"{cls._subject(check, row)} {row['detail']}")
                for check, statement in _STATEMENTS.items()
                for row in await connection.fetch(sql.of(statement), tenant.value, _MOST_FINDINGS)
            ]
        finally:
            await connection.execute("rollback")

    @staticmethod
    def _subject(check: AuditCheck, row: Record) -> object:
        kind = _SUBJECTS.get(check)
        return row["subject"] if kind is None else kind(row["subject"])
