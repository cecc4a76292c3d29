from dataclasses import dataclass
from enum import StrEnum
from typing import final

from whenever import Instant

from duro.billing.messages import Deferred, Refused


class Progress(StrEnum):
    """How far a message got, as Meta tells; steps may be told late, twice, out of order, or not at all."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"

    @property
    def has_arrived(self) -> bool:
        return self in {Progress.DELIVERED, Progress.READ}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageStatus:
    """What Meta tells of one message after it has accepted it.

    `reference` is ours, empty if Meta left it out. (provider_id, progress) is the key to tell a repeat by. A failure
    says whether another channel is to be taken or a later try may do.
    """

    provider_id: str
    reference: str
    progress: Progress
    at: Instant
    failure: Refused | Deferred | None = None
