from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether this worker can do its work: what it found when it last looked."""

    is_database_reachable: bool
    is_queue_reachable: bool
    is_clock_trusted: bool

    @property
    def is_ready(self) -> bool:
        return self.is_database_reachable and self.is_queue_reachable and self.is_clock_trusted

    @property
    def problems(self) -> tuple[str, ...]:
        """Name what is missing, in words."""
        found = {
            "the database can't be reached": self.is_database_reachable,
            "the queue can't be reached": self.is_queue_reachable,
            "the clock differs from the database's by more than 2 seconds": self.is_clock_trusted,
        }
        return tuple(words for words, is_well in found.items() if not is_well)
