import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from inspect import isawaitable
from typing import TypeVar, cast, final

Answer = TypeVar("Answer")


class DeadlineMissedError(AssertionError):
    """What a test waited for didn't come in time."""

    def __init__(self, what: str, *, seconds: float, last: object) -> None:
        super().__init__(f"{what} didn't happen within {seconds} seconds; the last answer was {last!r}.")


@final
@dataclass(frozen=True, slots=True)
class Deadline:
    """So many seconds for something to come true that can only be asked about; tests wait by it and never sleep."""

    seconds: float
    step_seconds: float = 0.02

    async def until(
        self, condition: Callable[[], Answer | Awaitable[Answer]], what: str = "The condition", /
    ) -> Answer:
        """Ask until the answer is truthy and give it. Raise DeadlineMissedError, an assertion, when time is up."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self.seconds
        while True:
            asked = condition()
            answer = cast("Answer", await asked if isawaitable(asked) else asked)
            if answer:
                return answer
            if loop.time() >= end:
                raise DeadlineMissedError(what, seconds=self.seconds, last=answer)
            await asyncio.sleep(self.step_seconds)
