from typing import Annotated

from pydantic import Field

from duro.db.records import DunningState
from duro.http_kit.fields import CustomerIdField, DunningScheduleIdField, SubscriptionIdField
from duro.http_kit.inputs import Input, PageSection, Section


class SchedulePath(Section):
    """Which recovery case."""

    schedule_id: DunningScheduleIdField


class ScheduleQuery(PageSection):
    """Which recovery cases."""

    subscription_id: SubscriptionIdField | None = None
    customer_id: CustomerIdField | None = None
    state: Annotated[DunningState | None, Field(strict=False)] = None


class ScheduleInput(Input):
    """Reads a request about one recovery case."""

    path: SchedulePath


class ListSchedulesInput(Input):
    """Reads GET /v1/recovery/schedules."""

    query: ScheduleQuery


class ScheduleStepsInput(Input):
    """Reads GET /v1/recovery/schedules/{scheduleId}/steps."""

    path: SchedulePath
    query: PageSection


class RecoveryLedgerInput(Input):
    """Reads GET /v1/recovery/ledger."""

    query: PageSection
