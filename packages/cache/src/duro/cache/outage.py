from typing import final

import structlog


@final
class Outage:
    """Whether the server is lost: said once when it goes and once when it is back; in between it is rarely asked.

    Instants are seconds of the event loop's clock.
    """

    def __init__(self, *, pause_seconds: float) -> None:
        self._pause_seconds = pause_seconds
        self._asked_again_at = 0.0
        self._is_lost = False
        self._log = structlog.stdlib.get_logger("duro.cache")

    def is_on(self, at: float) -> bool:
        """Say whether the server was lost so recently that asking again would only cost time."""
        return self._is_lost and at < self._asked_again_at

    def begin(self, at: float, error: BaseException) -> None:
        if not self._is_lost:
            self._log.error("cache_server_lost", error=repr(error))
        self._is_lost = True
        self._asked_again_at = at + self._pause_seconds

    def end(self) -> None:
        if self._is_lost:
            self._log.warning("cache_server_is_back")
        self._is_lost = False
