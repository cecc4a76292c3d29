from typing import Protocol, runtime_checkable

from duro.cli.errors import CommandError


class UnitStartError(CommandError):
    """A process could not be brought up; the last it said is kept."""

    def __init__(self, name: str, what: str, last_words: str = "") -> None:
        super().__init__(f"{name} {what}.\n{last_words}".rstrip())
        self.name = name


@runtime_checkable
class RunningUnit(Protocol):
    """A process that was started and whose end can be awaited."""

    @property
    def pid(self) -> int: ...

    async def wait(self) -> int:
        """Return the exit status, negative for a signal, once the process is gone."""
        ...

    def ask_to_stop(self) -> None:
        """Let it finish what it has begun; it exits by itself."""
        ...

    def kill(self) -> None: ...


class Unit(Protocol):
    """Something the supervisor keeps alive."""

    @property
    def name(self) -> str: ...

    @property
    def drain_seconds(self) -> float:
        """How long it may take to finish once it was asked to stop."""
        ...

    async def start(self) -> RunningUnit:
        """Start it. Raise UnitStartError when not even that is possible."""
        ...

    async def is_ready(self) -> bool:
        """Say whether it answers."""
        ...

    def last_words(self) -> str:
        """Return the end of what it last wrote."""
        ...
