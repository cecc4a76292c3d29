from collections.abc import Sequence
from typing import Final, final
from uuid import UUID

from asyncpg import Record
from whenever import Instant

from duro.billing.recovery import DunningAction, Rail
from duro.db.listing import Listing
from duro.db.pages import Page, PageRequest
from duro.db.records import DunningEvent, DunningSchedule
from duro.db.session import TenantSession
from duro.db.states import DunningEventId, DunningEventKind, DunningState
from duro.kernel import (
    Currency,
    CustomerId,
    DunningScheduleId,
    InvoiceId,
    Money,
    NotFoundError,
    PaymentMethodId,
    SubscriptionId,
)

_LISTING: Final = Listing(
    table="dunning_schedules",
    columns="id, invoice_id, subscription_id, state, category, rail, attempts_made, next_attempt_at, reason, "
    "opened_at, closed_at, amount, currency, deadline_at, action, cause, wake_at, paused_at, recovered_by, "
    "recovered_rail, recovered_action, payment_method_id",
)
_OF_CUSTOMER: Final = (
    "subscription_id = any(array(select s.id from {schema}.subscriptions s where s.tenant_id = $1"
    " and s.customer_id = '{customer}'))"
)
_SELECT: Final = f"select {_LISTING.columns} from {{schema}}.dunning_schedules "
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
        opened_at, closed_at, amount, currency, deadline_at, action, cause, wake_at, paused_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)"""
_UPDATE: Final = """
    update {schema}.dunning_schedules d
    set state = u.state, category = u.category, rail = u.rail, next_attempt_at = u.next_attempt_at, reason = u.reason,
        closed_at = u.closed_at, deadline_at = u.deadline_at, action = u.action, cause = u.cause,
        wake_at = case when u.state in ('scheduled', 'awaiting_customer') and u.paused_at is null then u.wake_at end,
        paused_at = u.paused_at, payment_method_id = u.payment_method_id
    from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[], $8::timestamptz[],
                $9::timestamptz[], $10::text[], $11::text[], $12::timestamptz[], $13::timestamptz[], $14::uuid[])
         as u (id, state, category, rail, next_attempt_at, reason, closed_at, deadline_at, action, cause, wake_at,
               paused_at, payment_method_id)
    where d.tenant_id = $1 and d.id = u.id"""
_WAKE: Final = """
    update {schema}.dunning_schedules
    set action = null, cause = null, next_attempt_at = null, payment_method_id = null,
        state = case when paused_at is null then 'scheduled' else state end,
        wake_at = case when paused_at is null then $3::timestamptz end
    where tenant_id = $1 and subscription_id = $2 and state in ('scheduled', 'awaiting_customer')"""
_WAKE_WAITING: Final = """
    update {schema}.dunning_schedules set wake_at = $4
    where tenant_id = $1 and invoice_id = $2 and rail = $3 and action = 'switch_rail' and state = 'awaiting_customer'
      and paused_at is null and wake_at > $4"""
_ATTRIBUTE: Final = """
    update {schema}.dunning_schedules
    set recovered_by = $3, recovered_action = coalesce($5, action, $4)
    where tenant_id = $1 and invoice_id = $2 and state = 'recovered' and recovered_by is null
    returning *"""
_LOCK_PAID_WITH: Final = """
    select s.id from {schema}.payment_methods m
    join {schema}.subscriptions s on s.tenant_id = m.tenant_id and s.customer_id = m.customer_id
    where m.tenant_id = $1 and m.id = $2 and exists (
        select from {schema}.dunning_schedules d
        where d.tenant_id = $1 and d.subscription_id = s.id and d.state in ('scheduled', 'awaiting_customer')
          and coalesce(d.payment_method_id, s.payment_method_id) = m.id)
    order by s.id for update of s"""
_LOCK_WITH_OPEN_CASES: Final = """
    select s.id from {schema}.subscriptions s
    where s.tenant_id = $1 and s.customer_id = $2 and exists (
        select from {schema}.dunning_schedules d
        where d.tenant_id = $1 and d.subscription_id = s.id and d.state in ('scheduled', 'awaiting_customer'))
    order by s.id for update of s"""
_ASKING: Final = """
    select s.id from {schema}.subscriptions s
    where s.tenant_id = $1 and s.customer_id = $2 and exists (
        select from {schema}.dunning_schedules d
        where d.tenant_id = $1 and d.subscription_id = s.id and d.state = 'awaiting_customer'
          and d.cause is not null)
    order by s.id for update of s"""
_EVENTS: Final = Listing(
    table="dunning_events", columns="id, schedule_id, kind, action, cause, rail, next_attempt_at, reason, created_at"
)
_TELL: Final = """
    insert into {schema}.dunning_events (
        tenant_id, id, schedule_id, kind, action, cause, rail, next_attempt_at, reason, created_at)
    select $1, e.id, e.schedule_id, e.kind, e.action, e.cause, e.rail, e.next_attempt_at, e.reason, e.created_at
    from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[], $9::text[],
                $10::timestamptz[])
         as e (id, schedule_id, kind, action, cause, rail, next_attempt_at, reason, created_at)"""


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
        customer_id: CustomerId | None = None,
        state: DunningState | None = None,
    ) -> Page[DunningSchedule]:
        """Read cases; a customer's are found by way of their subscriptions."""
        filters = {
            "subscription_id": None if subscription_id is None else subscription_id.value,
            "state": None if state is None else state.value,
        }
        conditions = () if customer_id is None else (_OF_CUSTOMER.replace("{customer}", customer_id.value.hex),)
        rows = await _LISTING.rows(self._session, page, equal=filters, conditions=conditions)
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
            schedule.amount.amount,
            schedule.amount.currency.code,
            schedule.deadline_at,
            schedule.action,
            schedule.cause,
            schedule.wake_at,
            schedule.paused_at,
        )

    async def update(self, schedule: DunningSchedule) -> None:
        if not await self.update_many([schedule]):
            raise NotFoundError("recovery case", schedule.id)

    async def update_many(self, schedules: Sequence[DunningSchedule]) -> int:
        """Store where these cases stand; tries are counted and wins attributed by the settlement of a charge."""
        return await self._session.execute(
            _UPDATE,
            [one.id.value for one in schedules],
            [one.state.value for one in schedules],
            [one.category for one in schedules],
            [one.rail for one in schedules],
            [one.next_attempt_at for one in schedules],
            [one.reason for one in schedules],
            [one.closed_at for one in schedules],
            [one.deadline_at for one in schedules],
            [one.action for one in schedules],
            [one.cause for one in schedules],
            [one.wake_at for one in schedules],
            [one.paused_at for one in schedules],
            [None if one.payment_method_id is None else one.payment_method_id.value for one in schedules],
        )

    async def wake(self, subscription_id: SubscriptionId, *, now: Instant) -> None:
        """Have the open cases of a locked subscription decided about anew: something changed that they depend on.

        They begin again with the payment method that is the subscription's own. One that is paused goes on resting,
        but what was decided about it holds no more.
        """
        await self._session.execute(_WAKE, subscription_id.value, now)

    async def wake_waiting(self, invoice_id: InvoiceId, *, rail: Rail, now: Instant) -> None:
        """Have the case of a locked subscription looked at if it waits for money by this rail: none is hoped for."""
        await self._session.execute(_WAKE_WAITING, invoice_id.value, rail.value, now)

    async def attribute(
        self, invoice_id: InvoiceId, *, to: UUID, action: str | None, otherwise: str
    ) -> DunningSchedule | None:
        """Say what won the case that a payment has just closed: the money named, and what led to it.

        Where that isn't known it is what was decided last. A case of which nothing was decided yet was won by
        something else, which is named, too. None if there is none.
        """
        row = await self._session.fetchrow(_ATTRIBUTE, invoice_id.value, to, otherwise, action)
        return None if row is None else self.read(row)

    async def lock_paid_with(self, method_id: PaymentMethodId) -> tuple[SubscriptionId, ...]:
        """Lock the subscriptions with open cases that this method is charged for."""
        rows = await self._session.fetch(_LOCK_PAID_WITH, method_id.value)
        return tuple(SubscriptionId(row["id"]) for row in rows)

    async def lock_with_open_cases(self, customer_id: CustomerId) -> None:
        """Lock all subscriptions of a customer that have open cases, which a change of how they pay may wake."""
        await self._session.fetch(_LOCK_WITH_OPEN_CASES, customer_id.value)

    async def lock_asking(self, customer_id: CustomerId) -> tuple[SubscriptionId, ...]:
        """Lock the customer's subscriptions whose cases wait for something of their payer.

        One that rests, since its merchant tries by hand, has no cause and waits for nobody.
        """
        rows = await self._session.fetch(_ASKING, customer_id.value)
        return tuple(SubscriptionId(row["id"]) for row in rows)

    async def tell(self, events: Sequence[DunningEvent]) -> None:
        """Write down what happened to cases."""
        await self._session.execute(
            _TELL,
            [event.id.value for event in events],
            [event.schedule_id.value for event in events],
            [event.kind.value for event in events],
            [event.action for event in events],
            [event.cause for event in events],
            [event.rail for event in events],
            [event.next_attempt_at for event in events],
            [event.reason for event in events],
            [event.created_at for event in events],
        )

    async def events(self, schedule_id: DunningScheduleId, page: PageRequest) -> Page[DunningEvent]:
        """Read what happened to a case, newest first."""
        rows = await _EVENTS.rows(self._session, page, equal={"schedule_id": schedule_id.value})
        return page.cut(rows, read=self._event, id_of=lambda event: event.id)

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
            amount=Money(row["amount"], Currency(row["currency"])),
            deadline_at=row["deadline_at"],
            action=None if row["action"] is None else DunningAction(row["action"]),
            cause=row["cause"],
            wake_at=row["wake_at"],
            paused_at=row["paused_at"],
            recovered_by=row["recovered_by"],
            recovered_rail=row["recovered_rail"],
            recovered_action=row["recovered_action"],
            payment_method_id=None if row["payment_method_id"] is None else PaymentMethodId(row["payment_method_id"]),
        )

    @staticmethod
    def _event(row: Record) -> DunningEvent:
        return DunningEvent(
            id=DunningEventId(row["id"]),
            schedule_id=DunningScheduleId(row["schedule_id"]),
            kind=DunningEventKind(row["kind"]),
            action=None if row["action"] is None else DunningAction(row["action"]),
            cause=row["cause"],
            rail=row["rail"],
            next_attempt_at=row["next_attempt_at"],
            reason=row["reason"],
            created_at=row["created_at"],
        )
