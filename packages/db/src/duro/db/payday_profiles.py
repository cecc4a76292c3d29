from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Final, final
from uuid import UUID

from whenever import Instant

from duro.db.session import TenantSession
from duro.kernel import CustomerId

_SIGHTS: Final = (files("duro.db") / "sql" / "read_sights.sql").read_text()
_READ: Final = """
    select customer_id, profile, zone, learned_until from {schema}.payday_profiles
    where tenant_id = $1 and customer_id = any($2::uuid[])"""
_STORE: Final = """
    insert into {schema}.payday_profiles as p (tenant_id, customer_id, profile, zone, learned_until)
    select $1, n.customer_id, n.profile, n.zone, n.learned_until
    from unnest($2::uuid[], $3::bytea[], $4::text[], $5::timestamptz[])
         as n (customer_id, profile, zone, learned_until)
    order by n.customer_id
    on conflict (tenant_id, customer_id) do update
    set profile = excluded.profile, zone = excluded.zone, learned_until = excluded.learned_until
    where p.profile = ($6::bytea[])[array_position($2::uuid[], p.customer_id)]
    returning p.customer_id"""
_PAYERS: Final = """
    select c.id, latest.zone
    from {schema}.customers c
    cross join lateral (
        select s.zone from {schema}.subscriptions s
        where s.tenant_id = $1 and s.customer_id = c.id
        order by s.id desc
        limit 1) as latest
    where c.tenant_id = $1 and ($2::uuid is null or c.id > $2)
    order by c.id
    limit $3"""
_COUNT: Final = """
    select count(*) as payers from {schema}.customers c
    where c.tenant_id = $1
      and exists (select from {schema}.subscriptions s where s.tenant_id = $1 and s.customer_id = c.id)"""


@final
@dataclass(frozen=True, slots=True)
class StoredProfile:
    """What was learned of a payer, as it is written down: on the days of which zone, and until when."""

    customer_id: CustomerId
    profile: bytes
    zone: str
    learned_until: Instant


@final
@dataclass(frozen=True, slots=True)
class PayerSight:
    """A charge that was answered, or money that came by itself: when it happened, and when it became known."""

    id: UUID
    known_at: Instant
    seen_at: Instant
    is_money: bool
    provider: str
    failure_code: str | None


@final
class PaydayProfileRepository:
    """What is known of when the tenant's payers have money: what was learned, and the rows that it is learned from."""

    MOST_SIGHTS: Final = 1_000

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    async def read(self, customers: Sequence[CustomerId]) -> dict[CustomerId, StoredProfile]:
        rows = await self._session.fetch(_READ, [one.value for one in customers])
        return {
            (customer := CustomerId(row["customer_id"])): StoredProfile(
                customer, row["profile"], row["zone"], row["learned_until"]
            )
            for row in rows
        }

    async def sights(self, since: Mapping[CustomerId, Instant | None]) -> dict[CustomerId, list[PayerSight]]:
        """Read what became known of each payer after an instant, or ever, in that order; the first 1,000 of very many.

        What became known at the same instant is never parted. A charge counts from its settlement on, money that came
        by itself from its first allocation.
        """
        found: dict[CustomerId, list[PayerSight]] = {customer: [] for customer in since}
        payers = [customer.value for customer in since]
        for row in await self._session.fetch(_SIGHTS, payers, list(since.values()), self.MOST_SIGHTS):
            found[CustomerId(row["customer_id"])].append(
                PayerSight(
                    id=row["id"],
                    known_at=row["known_at"],
                    seen_at=row["seen_at"],
                    is_money=row["is_money"],
                    provider=row["provider"],
                    failure_code=row["failure_code"],
                )
            )
        return found

    async def store(self, changes: Sequence[tuple[StoredProfile, StoredProfile | None]]) -> frozenset[CustomerId]:
        """Write profiles in the place of those that were read, and name those written.

        One that somebody else has changed since it was read stays as they wrote it.
        """
        rows = await self._session.fetch(
            _STORE,
            [new.customer_id.value for new, _ in changes],
            [new.profile for new, _ in changes],
            [new.zone for new, _ in changes],
            [new.learned_until for new, _ in changes],
            [None if old is None else old.profile for _, old in changes],
        )
        return frozenset(CustomerId(row["customer_id"]) for row in rows)

    async def count_payers(self) -> int:
        """Count the customers that have subscribed."""
        return (await self._session.fetch(_COUNT))[0]["payers"]

    async def payers(self, *, after: CustomerId | None, limit: int) -> list[tuple[CustomerId, str]]:
        """Read customers that have subscribed, in order, each with the zone of their latest subscription."""
        rows = await self._session.fetch(_PAYERS, None if after is None else after.value, limit)
        return [(CustomerId(row["id"]), row["zone"]) for row in rows]
