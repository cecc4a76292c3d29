from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Self, final

from whenever import Instant

from duro.cli.supervision.restart_policy import RestartPolicy


class Phase(StrEnum):
    """Where a supervised process stands."""

    IDLE = "idle"
    STARTING = "starting"
    RUNNING = "running"
    BACKING_OFF = "backing_off"
    DRAINING = "draining"
    STOPPED = "stopped"


class Happening(StrEnum):
    """What can happen to a supervised process."""

    START = "start"
    READY = "ready"
    EXITED = "exited"
    DRAIN = "drain"


_TARGET_OF: Final = {
    (Phase.IDLE, Happening.START): Phase.STARTING,
    (Phase.STARTING, Happening.READY): Phase.RUNNING,
    (Phase.STARTING, Happening.EXITED): Phase.BACKING_OFF,
    (Phase.RUNNING, Happening.EXITED): Phase.BACKING_OFF,
    (Phase.BACKING_OFF, Happening.START): Phase.STARTING,
    (Phase.IDLE, Happening.DRAIN): Phase.STOPPED,
    (Phase.STARTING, Happening.DRAIN): Phase.DRAINING,
    (Phase.RUNNING, Happening.DRAIN): Phase.DRAINING,
    (Phase.BACKING_OFF, Happening.DRAIN): Phase.STOPPED,
    (Phase.DRAINING, Happening.EXITED): Phase.STOPPED,
}


class ImpossibleHappeningError(Exception):
    """A process was told to do what its phase doesn't allow."""

    def __init__(self, phase: Phase, happening: Happening) -> None:
        super().__init__(f"A process that is {phase} can't {happening}.")


@final
@dataclass(frozen=True, slots=True)
class Life:
    """The life of one supervised process: its phase, since when, and how often in a row it died young."""

    phase: Phase
    since: Instant
    failures: int = 0

    @classmethod
    def begin(cls, now: Instant) -> Self:
        return cls(phase=Phase.IDLE, since=now)

    def after(self, happening: Happening, now: Instant, policy: RestartPolicy) -> "Life":
        """Return the life that follows. Raise ImpossibleHappeningError where the table has no row."""
        target = _TARGET_OF.get((self.phase, happening))
        if target is None:
            raise ImpossibleHappeningError(self.phase, happening)
        failures = self.failures
        if target is Phase.BACKING_OFF:
            was_calm = self.phase is Phase.RUNNING and policy.is_calm(now - self.since)
            failures = 1 if was_calm else failures + 1
        return replace(self, phase=target, since=now, failures=failures)

    @property
    def is_ending(self) -> bool:
        return self.phase in {Phase.DRAINING, Phase.STOPPED}
