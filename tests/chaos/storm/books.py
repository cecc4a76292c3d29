from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import ClassVar, final

import asyncpg
import httpx

from duro.crypto import SystemClock
from duro.db.pool import DatabasePool
from duro.kernel import Mode, PaymentAttemptId


@final
@dataclass(frozen=True, slots=True)
class Progress:
    """How far the renewals are, and the cases of those that were declined."""

    settled: int
    pending: int
    due: int

    @property
    def is_over(self) -> bool:
        return self.pending == 0 and self.due == 0


@final
@dataclass(slots=True)
class Story:
    """Everything that our books say of one subscription."""

    mode: Mode
    row: asyncpg.Record
    invoices: list[asyncpg.Record] = field(default_factory=list)
    attempts: list[asyncpg.Record] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    cases: list[asyncpg.Record] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


@final
class Books:
    """Our own books of both modes, read as the administrator; every reading survives a database that is away."""

    AWAY: ClassVar[tuple[type[Exception], ...]] = (
        OSError,
        asyncpg.PostgresError,
        asyncpg.InterfaceError,
        asyncpg.InternalClientError,
    )
    PROGRESS: ClassVar[str] = """
        select (select count(*) from {schema}.payment_attempts where status in ('succeeded', 'failed')) as settled,
               (select count(*) from {schema}.payment_attempts where status = 'pending') as pending,
               (select count(*) from {schema}.subscriptions
                where status = 'active' and current_period_end <= $1)
               + (select count(*) from {schema}.dunning_schedules where wake_at <= $1) as due"""
    SUBSCRIPTIONS: ClassVar[str] = """
        select s.*, m.token from {schema}.subscriptions s
        join {schema}.payment_methods m on m.tenant_id = s.tenant_id and m.id = s.payment_method_id"""
    INVOICES: ClassVar[str] = "select * from {schema}.invoices order by period_start"
    ATTEMPTS: ClassVar[str] = "select * from {schema}.payment_attempts order by id"
    EVENTS: ClassVar[str] = "select subscription_id, sequence, type from {schema}.events order by sequence, id"
    CASES: ClassVar[str] = "select * from {schema}.dunning_schedules"
    MESSAGES: ClassVar[str] = "select subscription_id, kind from {schema}.messages order by kind"
    TAKEN: ClassVar[str] = """
        select tenant_id, currency, sum(amount)::bigint as amount from {schema}.ledger_entries
        where account = 'gateway:simulated' group by tenant_id, currency"""

    def __init__(self, admin_url: str) -> None:
        self._admin_url = admin_url

    async def progress(self) -> Progress | None:
        """Count what is settled, in flight and due; None while the database is away."""
        try:
            async with self._snapshot() as read:
                counts = [(await read(mode, self.PROGRESS, SystemClock().now()))[0] for mode in Mode]
        except self.AWAY:
            return None
        return Progress(*(sum(count[name] for count in counts) for name in ("settled", "pending", "due")))

    async def stories(self) -> list[Story]:
        async with self._snapshot() as read:
            return [story for mode in Mode for story in await self._stories(mode, read)]

    async def taken(self) -> dict[tuple[object, str], int]:
        """Sum up what the ledger says that the gateway owes each tenant."""
        async with self._snapshot() as read:
            rows = [row for mode in Mode for row in await read(mode, self.TAKEN)]
        return {(row["tenant_id"], row["currency"]): row["amount"] for row in rows}

    async def _stories(self, mode: Mode, read: Callable[..., Awaitable[list[asyncpg.Record]]]) -> list[Story]:
        stories = {row["id"]: Story(mode, row) for row in await read(mode, self.SUBSCRIPTIONS)}
        for row in await read(mode, self.INVOICES):
            stories[row["subscription_id"]].invoices.append(row)
        for row in await read(mode, self.ATTEMPTS):
            stories[row["subscription_id"]].attempts.append(row)
        for row in await read(mode, self.EVENTS):
            stories[row["subscription_id"]].events.append(f"{row['sequence']} {row['type']}")
        for row in await read(mode, self.CASES):
            stories[row["subscription_id"]].cases.append(row)
        for row in await read(mode, self.MESSAGES):
            stories[row["subscription_id"]].messages.append(row["kind"])
        return list(stories.values())

    @asynccontextmanager
    async def _snapshot(self) -> AsyncGenerator[Callable[..., Awaitable[list[asyncpg.Record]]]]:
        pool = await DatabasePool.open(self._admin_url, min_size=0, max_size=1)
        try:
            async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):

                async def read(mode: Mode, template: str, *arguments: object) -> list[asyncpg.Record]:
                    return await connection.fetch(template.replace("{schema}", mode.value), *arguments)

                yield read
        finally:
            pool.terminate()


@final
@dataclass(frozen=True, slots=True)
class GatewayBook:
    """What the gateway says it was asked for and what it took, reference by reference."""

    lines: dict[str, dict]
    refunds: dict[str, dict] = field(default_factory=dict)

    @classmethod
    async def read(cls, url: str) -> "GatewayBook":
        async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
            text = (await client.get(f"{url}/ledger")).raise_for_status().text
        lines = [httpx.Response(200, content=line).json() for line in text.splitlines() if line]
        by_kind = {
            kind: {line["reference"]: line for line in lines if line["kind"] == kind} for kind in ("charge", "refund")
        }
        return cls(by_kind["charge"], by_kind["refund"])

    @property
    def taken(self) -> dict[str, dict]:
        return {reference: line for reference, line in self.lines.items() if line["takings"] > 0}

    @property
    def presented_again(self) -> int:
        """Count the presentments that were not the first of their reference."""
        return sum(line["presentments"] - 1 for line in self.lines.values())

    def taken_by(self, tenants: dict[str, object]) -> dict[tuple[object, str], int]:
        """Sum up what was taken for each tenant; a reference that nobody gave belongs to None."""
        sums: dict[tuple[object, str], int] = defaultdict(int)
        for reference, line in self.taken.items():
            sums[tenants.get(reference), line["currency"]] += line["amount"] * line["takings"]
        return dict(sums)


def reference_of(attempt: asyncpg.Record) -> str:
    return PaymentAttemptId(attempt["id"]).suffix
