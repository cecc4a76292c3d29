import contextlib
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, final

from duro.embedded.account import Account
from duro.embedded.death_signal import DeathSignal
from duro.embedded.patience import Patience


@final
@dataclass(frozen=True, slots=True)
class Launch:
    """How to start one program: its words, as whom, where it logs, and what it holds open as long as it lives."""

    command: tuple[str, ...]
    account: Account
    log: int
    holds: tuple[int, ...]
    death_signal: signal.Signals
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    standard_input: bytes = b""


@final
@dataclass(frozen=True, slots=True)
class Insistence:
    """One step of stopping a server: a signal, and how many seconds it has to work."""

    number: signal.Signals
    seconds: float


@final
class ServerProcess:
    """A direct child of ours, always waited for, that ends when we end.

    Launch it from a thread that lives as long as the server shall: the kernel watches the thread, not the process.
    """

    _ROUND_SECONDS: ClassVar[float] = 60

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        self._child = child

    @classmethod
    def launch(cls, launch: Launch) -> "ServerProcess":
        account = launch.account
        child = subprocess.Popen(
            launch.command,
            stdin=subprocess.PIPE if launch.standard_input else subprocess.DEVNULL,
            stdout=launch.log,
            stderr=launch.log,
            cwd="/",
            env=dict(launch.environment),
            user=account.uid if account.is_switch else None,
            group=account.gid if account.is_switch else None,
            extra_groups=[] if account.is_switch else None,
            umask=0o077,
            start_new_session=True,
            pass_fds=launch.holds,
            preexec_fn=DeathSignal(launch.death_signal),
        )
        if child.stdin is not None:
            with contextlib.suppress(BrokenPipeError), child.stdin:
                child.stdin.write(launch.standard_input)
        return cls(child)

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def status(self) -> int | None:
        """Give the exit status, or None while it runs."""
        return self._child.poll()

    @property
    def is_running(self) -> bool:
        return self.status is None

    async def wait(self) -> int:
        """Wait without limit for its end and give its exit status."""
        while (status := self.status) is None:
            await Patience(self._ROUND_SECONDS, step_seconds=0.1).until(self.has_ended)
        return status

    async def has_ended(self) -> bool:
        return not self.is_running

    async def stop(self, *steps: Insistence) -> None:
        """Send each signal in turn until it has ended; the last resort, kill, is waited for without limit."""
        for step in steps:
            if not self.is_running:
                return
            self._child.send_signal(step.number)
            if await Patience(step.seconds).until(self.has_ended):
                return
        self.kill()

    def kill(self) -> None:
        """End it now, whatever it is doing, and wait for that."""
        self._child.kill()
        self._child.wait()
