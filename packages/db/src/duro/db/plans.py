from collections.abc import Sequence
from typing import Final, final

from asyncpg import Record

from duro.billing import Interval
from duro.db.listing import Listing
from duro.db.pages import Page, PageRequest
from duro.db.records import Plan
from duro.db.session import TenantSession
from duro.kernel import Currency, Money, NotFoundError, PlanId

_LISTING: Final = Listing(
    table="plans",
    columns="id, name, amount, currency, interval, interval_count, trial_days, max_cycles, archived_at, created_at, "
    "updated_at",
)
_GET: Final = """
    select id, name, amount, currency, interval, interval_count, trial_days, max_cycles, archived_at, created_at,
           updated_at
    from {schema}.plans where tenant_id = $1 and id = $2"""
_LOCK: Final = _GET + " for update"
_OF_IDS: Final = """
    select id, name, amount, currency, interval, interval_count, trial_days, max_cycles, archived_at, created_at,
           updated_at
    from {schema}.plans where tenant_id = $1 and id = any($2::uuid[])"""
_INSERT: Final = """
    insert into {schema}.plans (tenant_id, id, name, amount, currency, interval, interval_count, trial_days, max_cycles,
                                archived_at, created_at, updated_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"""
_UPDATE: Final = """
    update {schema}.plans
    set name = $3, amount = $4, currency = $5, interval = $6, interval_count = $7, trial_days = $8, max_cycles = $9,
        archived_at = $10, created_at = $11, updated_at = $12
    where tenant_id = $1 and id = $2"""


@final
class PlanRepository:
    """What the tenant sells."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    async def get(self, plan_id: PlanId) -> Plan | None:
        row = await self._session.fetchrow(_GET, plan_id.value)
        return None if row is None else self.read(row)

    async def lock(self, plan_id: PlanId) -> Plan | None:
        row = await self._session.fetchrow(_LOCK, plan_id.value)
        return None if row is None else self.read(row)

    async def of_ids(self, plan_ids: Sequence[PlanId]) -> tuple[Plan, ...]:
        """Read those of these plans that exist, in no order."""
        rows = await self._session.fetch(_OF_IDS, [plan_id.value for plan_id in plan_ids])
        return tuple(self.read(row) for row in rows)

    async def list(self, page: PageRequest, *, is_archived: bool | None = None) -> Page[Plan]:
        """Read plans; `is_archived` leaves out the others."""
        conditions = () if is_archived is None else (f"(archived_at is not null) = {is_archived}",)
        rows = await _LISTING.rows(self._session, page, conditions=conditions)
        return page.cut(rows, read=self.read, id_of=lambda plan: plan.id)

    async def insert(self, plan: Plan) -> None:
        await self._session.execute(_INSERT, *self._values(plan))

    async def update(self, plan: Plan) -> None:
        if not await self._session.execute(_UPDATE, *self._values(plan)):
            raise NotFoundError("plan", plan.id)

    @staticmethod
    def read(row: Record) -> Plan:
        return Plan(
            id=PlanId(row["id"]),
            name=row["name"],
            amount=Money(row["amount"], Currency(row["currency"])),
            interval=Interval(row["interval"]),
            interval_count=row["interval_count"],
            trial_days=row["trial_days"],
            max_cycles=row["max_cycles"],
            archived_at=row["archived_at"],
            created_at=row["created_at"],
            updated_at=row["updated_at"],
        )

    @staticmethod
    def _values(plan: Plan) -> tuple[object, ...]:
        return (
            plan.id.value,
            plan.name,
            plan.amount.amount,
            plan.amount.currency.code,
            plan.interval.value,
            plan.interval_count,
            plan.trial_days,
            plan.max_cycles,
            plan.archived_at,
            plan.created_at,
            plan.updated_at,
        )
