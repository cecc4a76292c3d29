from dataclasses import dataclass, replace
from typing import final

from whenever import Instant

from duro.kernel import AdvanceId, ConflictError, TestClockId


@final
@dataclass(frozen=True, slots=True)
class TestClock:
    """A time of its own for some customers of test mode; it moves only when a merchant advances it.

    With a target an advance is under way: nobody else may write for its customers. The runner is the call that works on
    it, and is left alone until then, in real time.
    """

    id: TestClockId
    name: str
    now: Instant
    target: Instant | None
    runner: AdvanceId | None
    running_until: Instant | None
    created_at: Instant
    updated_at: Instant

    @property
    def is_advancing(self) -> bool:
        """Say whether it is on its way from one instant to another."""
        return self.target is not None

    def advanced(self, to: Instant, runner: AdvanceId, *, at: Instant, until: Instant) -> "TestClock":
        """Set out for an instant, or go on with an advance to it that was left behind.

        Raise ConflictError `test_clock_behind` to go back, `test_clock_advancing` on the way to somewhere else or while
        another call works on it.
        """
        if self.target is None and to < self.now:
            code = "test_clock_behind"
            raise ConflictError(code, f"The test clock {self.id} stands at {self.now} and only goes forward.")
        if self.target not in {None, to}:
            raise self._taken(f"on its way to {self.target}")
        if self.running_until is not None and at < self.running_until:
            raise self._taken("being advanced by another call")
        return replace(self, target=to, runner=runner, running_until=until, updated_at=at)

    def moved(self, to: Instant, runner: AdvanceId, *, at: Instant, until: Instant) -> "TestClock":
        """Move to where something falls due; what fell due before is done now. Raise as `advanced`."""
        self._require_run_by(runner)
        return replace(self, now=max(self.now, to), running_until=until, updated_at=at)

    def left(self, runner: AdvanceId, *, at: Instant) -> "TestClock":
        """Let another call go on from here. Raise as `advanced`."""
        self._require_run_by(runner)
        return replace(self, runner=None, running_until=None, updated_at=at)

    def arrived(self, runner: AdvanceId, *, at: Instant) -> "TestClock":
        """Stand still at the target. Raise as `advanced`."""
        left = self.left(runner, at=at)
        return replace(left, now=self.target or self.now, target=None)

    def _require_run_by(self, runner: AdvanceId) -> None:
        if self.runner != runner:
            raise self._taken("being advanced by another call")

    def _taken(self, how: str) -> ConflictError:
        code = "test_clock_advancing"
        return ConflictError(code, f"The test clock {self.id} is {how}.")
