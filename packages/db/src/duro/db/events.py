from collections.abc import Mapping, Sequence
from typing import Final, final

from asyncpg import Record

from duro.billing import EventType, Subscription
from duro.db.listing import Listing
from duro.db.pages import Page, PageRequest
from duro.db.records import Event
from duro.db.session import TenantSession
from duro.kernel import EventId, SubscriptionId

_LISTING: Final = Listing(table="events", columns="id, type, subscription_id, sequence, data, created_at")
_GET: Final = """
    select id, type, subscription_id, sequence, data, created_at
    from {schema}.events where tenant_id = $1 and id = $2"""
_APPEND: Final = """
    insert into {schema}.events (tenant_id, id, type, subscription_id, sequence, data, created_at)
    select $1, told.id, told.type, $4, told.sequence, $6, $7
    from unnest($2::uuid[], $3::text[], $5::integer[]) as told (id, type, sequence)"""


@final
class EventRepository:
    """What happened to the tenant's subscriptions, in order."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    async def get(self, event_id: EventId) -> Event | None:
        row = await self._session.fetchrow(_GET, event_id.value)
        return None if row is None else self.read(row)

    async def list(
        self, page: PageRequest, *, subscription_id: SubscriptionId | None = None, event_type: str | None = None
    ) -> Page[Event]:
        filters = {
            "subscription_id": None if subscription_id is None else subscription_id.value,
            "type": event_type,
        }
        rows = await _LISTING.rows(self._session, page, equal=filters)
        return page.cut(rows, read=self.read, id_of=lambda event: event.id)

    async def append(
        self, subscription: Subscription, event_types: Sequence[EventType], data: Mapping[str, object]
    ) -> tuple[Event, ...]:
        """Write the events a change gave, all with this data, in one statement.

        The subscription is the one after the change: its event_sequence is the number of the last of these events.
        """
        if not event_types:
            return ()
        now = self._session.clock.now()
        first = subscription.event_sequence - len(event_types) + 1
        events = tuple(
            Event(
                id=self._session.ids.new(EventId),
                type=event_type.value,
                subscription_id=subscription.id,
                sequence=sequence,
                data=data,
                created_at=now,
            )
            for sequence, event_type in enumerate(event_types, first)
        )
        await self._session.execute(
            _APPEND,
            [event.id.value for event in events],
            [event.type for event in events],
            subscription.id.value,
            [event.sequence for event in events],
            data,
            now,
        )
        return events

    @staticmethod
    def read(row: Record) -> Event:
        return Event(
            id=EventId(row["id"]),
            type=row["type"],
            subscription_id=SubscriptionId(row["subscription_id"]),
            sequence=row["sequence"],
            data=row["data"],
            created_at=row["created_at"],
        )
