from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import ClassVar, final

import asyncpg
import httpx

from duro.db.pool import DatabasePool
from duro.kernel import Mode, PaymentAttemptId, PaymentRequestId


@final
@dataclass(frozen=True, slots=True)
class Told:
    """What the provider says: every arrival and charge that took money, with fees, and how its notices fared."""

    arrivals: Counter[tuple[str, str, int, int]]
    charges: Counter[tuple[str, int, int]]
    notices: list[dict]

    @classmethod
    async def read(cls, url: str) -> "Told":
        async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
            ledger, notices = [
                [
                    httpx.Response(200, content=line).json()
                    for line in (await client.get(f"{url}/{page}")).raise_for_status().text.splitlines()
                ]
                for page in ("ledger", "notices")
            ]
        arrivals: Counter[tuple[str, str, int, int]] = Counter()
        charges: Counter[tuple[str, int, int]] = Counter()
        for line in ledger:
            if line["kind"] == "arrival":
                arrivals[line["reference"], line["requestReference"], line["amount"], line["fee"]] += 1
            elif line["kind"] == "charge" and line["takings"]:
                charges[line["reference"], line["amount"], line["fee"]] += line["takings"]
        return cls(arrivals, charges, notices)

    @property
    def is_all_sent(self) -> bool:
        return all(one["status"] != "waiting" for one in self.notices)

    @property
    def heard_arrivals(self) -> set[str]:
        """Name the money of which a notice was accepted."""
        accepted = [one["body"] for one in self.notices if one["status"] == "accepted"]
        return {body["providerReference"] for body in accepted if body["type"] == "money.received"}

    def count(self, *, status: str, copy: int | None = None) -> int:
        """Count the sendings of notices that ended like this."""
        return sum(1 for one in self.notices if one["status"] == status and copy in {None, one["copy"]})


@final
class OurBooks:
    """What our rows say of both modes together, read as the administrator."""

    DONE: ClassVar[str] = """
        select (select count(*) from {schema}.payment_attempts where status = 'succeeded')
             + (select count(*) from {schema}.incoming_payments)"""
    RESTLESS: ClassVar[str] = """
        select (select count(*) from {schema}.payment_attempts where status = 'pending')
             + (select count(*) from {schema}.subscriptions where status = 'active' and current_period_end <= now())
             + (select count(*) from {schema}.payment_requests where status = 'opening')"""
    ARRIVALS: ClassVar[str] = "select reference, payment_request_id, amount, fee from {schema}.incoming_payments"
    CHARGES: ClassVar[str] = "select id, amount, fee from {schema}.payment_attempts where status = 'succeeded'"
    PAID_EVENTS: ClassVar[str] = """
        select count(*) from {schema}.events e
        join {schema}.subscriptions s on s.tenant_id = e.tenant_id and s.id = e.subscription_id
        where e.type = 'subscription_payment_success' and s.cycles_completed = 1 and exists (
            select from {schema}.payment_attempts a
            where a.tenant_id = s.tenant_id and a.subscription_id = s.id and a.status = 'succeeded')"""
    LOOK_AGAIN: ClassVar[str] = "update {schema}.payment_requests set look_at = now() where look_at is not null"
    KEPT: ClassVar[str] = "select provider, key, kind, reason, detail from common.kept_notices"

    def __init__(self, admin_url: str) -> None:
        self._admin_url = admin_url

    async def done(self) -> int:
        return sum([await self._value(self.DONE, mode) for mode in Mode])

    async def restless(self) -> int:
        return sum([await self._value(self.RESTLESS, mode) for mode in Mode])

    async def paid_events(self) -> int:
        return sum([await self._value(self.PAID_EVENTS, mode) for mode in Mode])

    async def arrivals(self) -> Counter[tuple[str, str, int, int]]:
        rows = await self._rows(self.ARRIVALS)
        return Counter(
            (row["reference"], PaymentRequestId(row["payment_request_id"]).suffix, row["amount"], row["fee"])
            for row in rows
        )

    async def charges(self) -> Counter[tuple[str, int, int]]:
        rows = await self._rows(self.CHARGES)
        return Counter((PaymentAttemptId(row["id"]).suffix, row["amount"], row["fee"]) for row in rows)

    async def kept(self) -> list[tuple]:
        async with self._connection() as connection:
            return [tuple(row) for row in await connection.fetch(self.KEPT)]

    async def look_again(self) -> None:
        """Let the time have come to look at every request, as it would within a day."""
        async with self._connection() as connection:
            for mode in Mode:
                await connection.execute(self.LOOK_AGAIN.replace("{schema}", mode.value))

    async def _value(self, template: str, mode: Mode) -> int:
        async with self._connection() as connection:
            return await connection.fetchval(template.replace("{schema}", mode.value))

    async def _rows(self, template: str) -> list[asyncpg.Record]:
        async with self._connection() as connection:
            return [row for mode in Mode for row in await connection.fetch(template.replace("{schema}", mode.value))]

    @asynccontextmanager
    async def _connection(self) -> AsyncGenerator[asyncpg.Connection]:
        pool = await DatabasePool.open(self._admin_url, min_size=0, max_size=1)
        try:
            async with pool.acquire() as connection:
                yield connection
        finally:
            await pool.close()
