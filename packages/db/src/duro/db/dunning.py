from typing import Final, final

from asyncpg import Record

from duro.db.listing import Listing
from duro.db.pages import Page, PageRequest
from duro.db.records import DunningSchedule
from duro.db.session import TenantSession
from duro.db.states import DunningState
from duro.kernel import DunningScheduleId, InvoiceId, NotFoundError, SubscriptionId

_LISTING: Final = Listing(
    table="dunning_schedules",
    columns="id, invoice_id, subscription_id, state, category, rail, attempts_made, next_attempt_at, reason, "
    "opened_at, closed_at",
)
_SELECT: Final = """
    select id, invoice_id, subscription_id, state, category, rail, attempts_made, next_attempt_at, reason, opened_at,
           closed_at
    from {schema}.dunning_schedules """
_GET: Final = _SELECT + "where tenant_id = $1 and id = $2"
_LOCK: Final = _GET + " for update"
_OF_INVOICE: Final = _SELECT + "where tenant_id = $1 and invoice_id = $2"
_LOCK_OPEN: Final = (
    _SELECT + "where tenant_id = $1 and subscription_id = $2 and state in ('scheduled', 'awaiting_customer')"
    " order by id for update"
)
_INSERT: Final = """
    insert into {schema}.dunning_schedules (
        tenant_id, id, invoice_id, subscription_id, state, category, rail, attempts_made, next_attempt_at, reason,
        opened_at, closed_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"""
_UPDATE: Final = """
    update {schema}.dunning_schedules
    set state = $3, category = $4, rail = $5, attempts_made = $6, next_attempt_at = $7, reason = $8, closed_at = $9
    where tenant_id = $1 and id = $2"""


@final
class DunningRepository:
    """The tenant's recovery cases."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    async def get(self, schedule_id: DunningScheduleId) -> DunningSchedule | None:
        row = await self._session.fetchrow(_GET, schedule_id.value)
        return None if row is None else self.read(row)

    async def lock(self, schedule_id: DunningScheduleId) -> DunningSchedule | None:
        row = await self._session.fetchrow(_LOCK, schedule_id.value)
        return None if row is None else self.read(row)

    async def of_invoice(self, invoice_id: InvoiceId) -> DunningSchedule | None:
        """Read the one case an invoice may have."""
        row = await self._session.fetchrow(_OF_INVOICE, invoice_id.value)
        return None if row is None else self.read(row)

    async def lock_open(self, subscription_id: SubscriptionId) -> tuple[DunningSchedule, ...]:
        """Lock the open cases of one subscription."""
        return tuple(self.read(row) for row in await self._session.fetch(_LOCK_OPEN, subscription_id.value))

    async def list(
        self,
        page: PageRequest,
        *,
        subscription_id: SubscriptionId | None = None,
        state: DunningState | None = None,
    ) -> Page[DunningSchedule]:
        filters = {
            "subscription_id": None if subscription_id is None else subscription_id.value,
            "state": None if state is None else state.value,
        }
        rows = await _LISTING.rows(self._session, page, equal=filters)
        return page.cut(rows, read=self.read, id_of=lambda schedule: schedule.id)

    async def insert(self, schedule: DunningSchedule) -> None:
        await self._session.execute(
            _INSERT,
            schedule.id.value,
            schedule.invoice_id.value,
            schedule.subscription_id.value,
            schedule.state.value,
            schedule.category,
            schedule.rail,
            schedule.attempts_made,
            schedule.next_attempt_at,
            schedule.reason,
            schedule.opened_at,
            schedule.closed_at,
        )

    async def update(self, schedule: DunningSchedule) -> None:
        touched = await self._session.execute(
            _UPDATE,
            schedule.id.value,
            schedule.state.value,
            schedule.category,
            schedule.rail,
            schedule.attempts_made,
            schedule.next_attempt_at,
            schedule.reason,
            schedule.closed_at,
        )
        if not touched:
            raise NotFoundError("recovery case", schedule.id)

    @staticmethod
    def read(row: Record) -> DunningSchedule:
        return DunningSchedule(
            id=DunningScheduleId(row["id"]),
            invoice_id=InvoiceId(row["invoice_id"]),
            subscription_id=SubscriptionId(row["subscription_id"]),
            state=DunningState(row["state"]),
            category=row["category"],
            rail=row["rail"],
            attempts_made=row["attempts_made"],
            next_attempt_at=row["next_attempt_at"],
            reason=row["reason"],
            opened_at=row["opened_at"],
            closed_at=row["closed_at"],
        )
