from dataclasses import dataclass
from enum import StrEnum
from typing import final

from duro.kernel import EntityId, Mode, TenantId
from duro.queue.payload import JobPayload


@final
@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work under an id of its own: while that id is queued or running, adding it again changes nothing."""

    id: str
    payload: JobPayload


class JobKind(StrEnum):
    """The sorts of work there are; each has a queue per mode, so one mode's backlog never waits behind the other's."""

    BILLING = "billing"
    DUNNING = "dunning"
    PENDING = "pending"
    INCOMPLETE = "incomplete"
    MESSAGES = "messages"
    REMINDERS = "reminders"

    def queue_name(self, mode: Mode) -> str:
        return f"{self.value}-{mode.value}"

    def job(self, mode: Mode, tenant_id: TenantId, entity_id: EntityId) -> Job:
        """Name the work by what it is about: `billing_live_sub_…`."""
        return Job(f"{self.value}_{mode.value}_{entity_id}", JobPayload.about(mode, tenant_id, entity_id))
