from dataclasses import dataclass
from typing import Final, final

from whenever import TimeDelta

_STEPS: Final = tuple(TimeDelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 1_440, 1_440, 1_440))


@final
@dataclass(frozen=True, slots=True)
class BackOff:
    """How long a message that certainly didn't leave waits for its next try; in the end it isn't tried any more."""

    steps: tuple[TimeDelta, ...] = _STEPS

    def is_spent(self, tries: int) -> bool:
        """Say whether this try was the last one."""
        return tries > len(self.steps)

    def wait(self, tries: int, *, asked: TimeDelta | None = None) -> TimeDelta | None:
        """Return the wait after so many tries, the one that the vendor asks for at least; None once they are spent."""
        if self.is_spent(tries):
            return None
        step = self.steps[tries - 1]
        return step if asked is None or asked < step else asked
