import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, final

from asyncpg import Connection

from duro.db.pool import DatabasePool
from duro.db.records import ApiKey, Plan, Tenant
from duro.kernel import Clock, CustomerId, EntityId, EventId, IdFactory, Mode, PaymentMethodId, Period, SubscriptionId

_BEGIN: Final = "begin; set local role duro_owner; set local duro.tenant_id = '{tenant}'"

_TENANT: Final = """
insert into core.tenants (id, name, zone, status, created_at) values ($1, $2, $3, $4, $5)"""

_API_KEY: Final = """
insert into core.api_keys (tenant_id, id, mode, secret_digest, hint, created_at) values ($1, $2, $3, $4, $5, $6)"""

_PLAN: Final = """
insert into {schema}.plans (tenant_id, id, name, amount, currency, interval, interval_count, trial_days, max_cycles,
                            created_at, updated_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)"""

_CUSTOMERS: Final = """
insert into {schema}.customers (tenant_id, id, ref, email, name, created_at, updated_at)
select $1, seed.id, 'seed-' || (seed.n + $3), 'customer-' || (seed.n + $3) || '@example.com',
       'Customer ' || (seed.n + $3), $4, $4
from unnest($2::uuid[]) with ordinality as seed (id, n)"""

_METHODS: Final = """
insert into {schema}.payment_methods (tenant_id, id, customer_id, provider, token, brand, last4, exp_month, exp_year,
                                      created_at)
select $1, seed.id, seed.customer_id, $4, ($5::text[])[card.k], ($6::text[])[card.k], ($7::text[])[card.k],
       ($8::smallint[])[card.k], ($9::smallint[])[card.k], $11
from unnest($2::uuid[], $3::uuid[]) with ordinality as seed (id, customer_id, n)
cross join lateral (select ((seed.n + $10 - 1) % cardinality($5::text[]) + 1)::integer) as card (k)"""

_SUBSCRIPTIONS: Final = """
insert into {schema}.subscriptions (tenant_id, id, customer_id, plan_id, amount, currency, interval, interval_count,
                                    max_cycles, zone, status, anchor, current_period_start, current_period_end,
                                    payment_method_id, event_sequence, created_at, updated_at)
select $1, seed.id, seed.customer_id, $5, $6, $7, $8, $9, $10, $11, 'active', ($13::timestamptz[])[slot.k],
       ($12::timestamptz[])[slot.k], ($13::timestamptz[])[slot.k], seed.method_id, 2, $15, $15
from unnest($2::uuid[], $3::uuid[], $4::uuid[]) with ordinality as seed (id, customer_id, method_id, n)
cross join lateral (select ((seed.n + $14 - 1) % cardinality($13::timestamptz[]) + 1)::integer) as slot (k)"""

_EVENTS: Final = """
insert into {schema}.events (tenant_id, id, type, subscription_id, sequence, data, created_at)
select $1, seed.id, $4, seed.subscription_id, $5, '{"source": "seed"}', $6
from unnest($2::uuid[], $3::uuid[]) as seed (id, subscription_id)"""

_EVENT_TYPES: Final = ("subscription_created", "subscription_activated")


@final
@dataclass(frozen=True, slots=True)
class SeedCard:
    """A saved card that seeded customers pay with."""

    token: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int


@final
@dataclass(frozen=True, slots=True)
class SeedOrder:
    """So many active subscriptions of one tenant to one plan; cards and current periods are dealt out in turn.

    `after` counts the customers that earlier orders made for the same tenant: their references are numbered on.
    """

    tenant: Tenant
    plan: Plan
    provider: str
    cards: tuple[SeedCard, ...]
    periods: tuple[Period, ...]
    count: int
    after: int = 0


@final
class SubscriptionSeeder:
    """Fills one mode with many made-up but lawful subscriptions, a batch a transaction, on an administrator's pool."""

    def __init__(
        self, pool: DatabasePool, mode: Mode, *, clock: Clock, ids: IdFactory, batch_size: int = 2_000
    ) -> None:
        self._pool = pool
        self._mode = mode
        self._clock = clock
        self._ids = ids
        self._batch_size = batch_size

    async def add_tenant(self, tenant: Tenant, key: ApiKey) -> None:
        """Insert a merchant's account with its first credential."""
        async with self._transaction(tenant) as connection:
            await connection.execute(
                _TENANT, tenant.id.value, tenant.name, tenant.zone, tenant.status.value, tenant.created_at
            )
            await self._insert_key(connection, tenant, key)

    async def add_plan(self, tenant: Tenant, plan: Plan) -> None:
        async with self._transaction(tenant) as connection:
            await connection.execute(
                self._of(_PLAN),
                *(tenant.id.value, plan.id.value, plan.name, plan.amount.amount, plan.amount.currency.code),
                *(plan.interval.value, plan.interval_count, plan.trial_days, plan.max_cycles, plan.created_at),
            )

    async def add_subscriptions(self, order: SeedOrder, *, at_once: int = 2) -> AsyncIterator[int]:
        """Write the order, yielding how many subscriptions each finished round has added."""
        end = order.after + order.count
        for first in range(order.after, end, self._batch_size * at_once):
            offsets = range(first, min(first + self._batch_size * at_once, end), self._batch_size)
            batches = [(offset, min(self._batch_size, end - offset)) for offset in offsets]
            await asyncio.gather(*(self._write_batch(order, offset, size) for offset, size in batches))
            yield sum(size for _, size in batches)

    async def _write_batch(self, order: SeedOrder, offset: int, size: int) -> None:
        customers, methods = self._new(CustomerId, size), self._new(PaymentMethodId, size)
        subscriptions = self._new(SubscriptionId, size)
        tenant, now = order.tenant.id.value, self._clock.now()
        async with self._transaction(order.tenant) as connection:
            await connection.execute(self._of(_CUSTOMERS), tenant, customers, offset, now)
            await self._write_methods(connection, order, (methods, customers), offset)
            await self._write_subscriptions(connection, order, (subscriptions, customers, methods), offset)
            for position, event_type in enumerate(_EVENT_TYPES, start=1):
                events = self._new(EventId, size)
                await connection.execute(self._of(_EVENTS), tenant, events, subscriptions, event_type, position, now)

    async def _write_methods(
        self, connection: Connection, order: SeedOrder, ids: Sequence[Sequence[object]], offset: int
    ) -> None:
        cards = order.cards
        await connection.execute(
            self._of(_METHODS),
            *(order.tenant.id.value, *ids, order.provider),
            *([card.token for card in cards], [card.brand for card in cards], [card.last4 for card in cards]),
            *([card.exp_month for card in cards], [card.exp_year for card in cards], offset, self._clock.now()),
        )

    async def _write_subscriptions(
        self, connection: Connection, order: SeedOrder, ids: Sequence[Sequence[object]], offset: int
    ) -> None:
        plan, periods = order.plan, order.periods
        await connection.execute(
            self._of(_SUBSCRIPTIONS),
            *(order.tenant.id.value, *ids, plan.id.value, plan.amount.amount, plan.amount.currency.code),
            *(plan.interval.value, plan.interval_count, plan.max_cycles, order.tenant.zone),
            *([period.start for period in periods], [period.end for period in periods], offset, self._clock.now()),
        )

    @staticmethod
    async def _insert_key(connection: Connection, tenant: Tenant, key: ApiKey) -> None:
        await connection.execute(
            _API_KEY, tenant.id.value, key.id.value, key.mode.value, key.secret_digest, key.hint, key.created_at
        )

    @asynccontextmanager
    async def _transaction(self, tenant: Tenant) -> AsyncGenerator[Connection, None]:
        async with self._pool.acquire() as connection:
            await connection.execute(_BEGIN.replace("{tenant}", str(tenant.id.value)))
            try:
                yield connection
            except BaseException:
                await connection.execute("rollback")
                raise
            await connection.execute("commit")

    def _new(self, kind: type[EntityId], size: int) -> list[object]:
        return [self._ids.new(kind).value for _ in range(size)]

    def _of(self, template: str) -> str:
        return template.replace("{schema}", self._mode.value)
