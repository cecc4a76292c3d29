from dataclasses import dataclass
from typing import ClassVar, final


@final
@dataclass(frozen=True, slots=True)
class RateLimit:
    """How often somebody may ask: so many times a second for ever, and so many at once after a rest.

    What must be seldom counts by longer stretches: `RateLimit(1, 20, seconds=60)` is once a minute.
    """

    per_second: int
    burst: int
    seconds: int = 1

    MOST_PER_SECOND: ClassVar[int] = 10_000
    MOST_BURST: ClassVar[int] = 100_000
    MOST_SECONDS: ClassVar[int] = 3_600

    def __post_init__(self) -> None:
        is_rate = 1 <= self.per_second <= self.MOST_PER_SECOND and 1 <= self.seconds <= self.MOST_SECONDS
        if not (is_rate and 1 <= self.burst <= self.MOST_BURST):
            message = "A limit is 1 to 10,000 in 1 to 3,600 seconds, and 1 to 100,000 at once."
            raise ValueError(message)

    @property
    def cost_microseconds(self) -> int:
        """Say how long one request takes to be forgotten, rounded up: never is more let through than was said."""
        return -(-1_000_000 * self.seconds // self.per_second)


@final
@dataclass(frozen=True, slots=True)
class RateVerdict:
    """Whether one request is let through, and what is left: whole seconds until all of it is free again.

    Of a request that is refused, `retry_after_seconds` says when the next one will be let through.
    """

    limit: RateLimit
    remaining: int
    reset_seconds: int
    retry_after_seconds: int | None = None

    @classmethod
    def of(cls, limit: RateLimit, *, is_allowed: bool, remaining: int, microseconds: int) -> "RateVerdict":
        """Read what the server answered: until everything is free, or, when refused, until the next is let through."""
        if is_allowed:
            return cls(limit, remaining, cls._whole(microseconds))
        all_of_it = limit.cost_microseconds * (limit.burst - 1) + microseconds
        return cls(limit, 0, cls._whole(all_of_it), cls._whole(microseconds))

    @property
    def is_allowed(self) -> bool:
        return self.retry_after_seconds is None

    @staticmethod
    def _whole(microseconds: int) -> int:
        return -(-microseconds // 1_000_000)
