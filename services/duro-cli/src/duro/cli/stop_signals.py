import asyncio
import signal
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self, final

_ASKED_BY: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@final
class StopSignals:
    """Turns Ctrl-C, a polite kill and a closed terminal into a request to stop; the second one means at once."""

    def __init__(self, *, on_first: Callable[[], object], on_second: Callable[[], object]) -> None:
        self._on_first = on_first
        self._on_second = on_second
        self._is_asked = False

    def __enter__(self) -> Self:
        loop = asyncio.get_running_loop()
        for number in _ASKED_BY:
            loop.add_signal_handler(number, self._receive)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        loop = asyncio.get_running_loop()
        for number in _ASKED_BY:
            loop.remove_signal_handler(number)

    def _receive(self) -> None:
        if self._is_asked:
            self._on_second()
            return
        self._is_asked = True
        self._on_first()
