from dataclasses import dataclass
from typing import Final, final


@final
@dataclass(frozen=True, slots=True)
class QueueSettings:
    """How long locks, retries and waits last in every queue; the README says what each one prevents.

    Durations are in milliseconds, except the blocking pop (whole seconds).
    """

    prefix: str = "duro"
    attempts: int = 5
    backoff_milliseconds: int = 1_000
    lock_milliseconds: int = 10_000
    stalled_interval_milliseconds: int = 5_000
    max_stalled_count: int = 1_000
    run_retry_milliseconds: int = 250
    blocking_pop_seconds: int = 5
    upsert_seconds: int = 30
    waiting_limit: int = 10_000
    chunk_size: int = 1_000


STANDARD_SETTINGS: Final = QueueSettings()
