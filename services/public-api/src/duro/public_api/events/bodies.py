from typing import Annotated

from pydantic import Field

from duro.billing import EventType
from duro.http_kit.fields import EventIdField, SubscriptionIdField
from duro.http_kit.inputs import Input, PageSection, Section


class EventPath(Section):
    """Which event."""

    event_id: EventIdField


class EventQuery(PageSection):
    """Which events."""

    subscription_id: SubscriptionIdField | None = None
    type: Annotated[EventType | None, Field(strict=False)] = None


class EventInput(Input):
    """Reads a request about one event."""

    path: EventPath


class ListEventsInput(Input):
    """Reads GET /v1/events."""

    query: EventQuery
