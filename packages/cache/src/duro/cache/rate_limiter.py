import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast, final

from duro.cache.rate_limit import RateLimit, RateVerdict
from duro.cache.script import Script
from duro.cache.server import CacheLostError, CacheServer

_MOST_TOGETHER: Final = 128


@final
@dataclass(frozen=True, slots=True)
class Question:
    """One check that waits for its verdict; None lets it through unchecked."""

    key: str
    limit: RateLimit
    verdict: asyncio.Future[RateVerdict | None]


@final
class RateLimiter:
    """Counts requests on the server, for all processes together; a lost server lets everybody through, and is logged.

    While one round trip is under way, whatever is asked meanwhile waits for the next and shares it.
    """

    def __init__(self, server: CacheServer) -> None:
        self._server = server
        self._script = Script.named("gcra")
        self._waiting: deque[Question] = deque()
        self._asking: asyncio.Task[None] | None = None
        self._unchecked = 0

    @property
    def unchecked(self) -> int:
        """How many requests were let through because nobody could count them."""
        return self._unchecked

    async def check(self, subject: str, limit: RateLimit) -> RateVerdict | None:
        """Count one request of the subject; None when it could not be counted, and is to be let through."""
        (verdict,) = await self.check_all({subject: limit})
        return verdict

    async def check_all(self, limits: Mapping[str, RateLimit]) -> list[RateVerdict | None]:
        """Count one request of each subject, in one round trip."""
        loop = asyncio.get_running_loop()
        asked = [Question(f"duro:rate:{subject}", limit, loop.create_future()) for subject, limit in limits.items()]
        self._waiting.extend(asked)
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
        return [await question.verdict for question in asked]

    async def _ask(self) -> None:
        asked: list[Question] = []
        try:
            while self._waiting:
                asked = [self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST_TOGETHER))]
                for question, verdict in zip(asked, await self._verdicts(asked), strict=True):
                    if not question.verdict.done():
                        question.verdict.set_result(verdict)
        finally:
            self._asking = None
            for question in (*asked, *self._waiting):
                question.verdict.cancel()
            self._waiting.clear()

    async def _verdicts(self, asked: list[Question]) -> list[RateVerdict | None]:
        terms = [number for each in asked for number in (each.limit.cost_microseconds, each.limit.burst)]
        try:
            answer = await self._server.run(self._script, [each.key for each in asked], terms)
        except CacheLostError:
            self._unchecked += len(asked)
            return [None] * len(asked)
        numbers = iter(cast("list[int]", answer))
        return [
            RateVerdict.of(each.limit, is_allowed=is_allowed == 1, remaining=remaining, microseconds=microseconds)
            for each, is_allowed, remaining, microseconds in zip(asked, numbers, numbers, numbers, strict=True)
        ]
