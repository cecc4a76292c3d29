import asyncio
from collections.abc import Callable, Coroutine
from typing import final


@final
class Flights:
    """What this process is loading now, each under its place, and which namespaces it couldn't yet tell of a change.

    A load outlives whoever asked for it first: others wait for it too.
    """

    def __init__(self) -> None:
        self._under_way: dict[str, asyncio.Task[bytes | None]] = {}
        self.untold: set[str] = set()
        self.epoch = 0

    async def begin(self, place: str, load: Callable[[], Coroutine[object, object, bytes | None]]) -> bytes | None:
        """Load, and let others share it from now on."""
        task = asyncio.create_task(load())
        self._under_way[place] = task
        task.add_done_callback(lambda done: self._end(place, done))
        return await asyncio.shield(task)

    async def share(self, place: str, load: Callable[[], Coroutine[object, object, bytes | None]]) -> bytes | None:
        """Wait for the load that is under way, or begin it."""
        task = self._under_way.get(place)
        return await (self.begin(place, load) if task is None else asyncio.shield(task))

    def _end(self, place: str, task: asyncio.Task[bytes | None]) -> None:
        if self._under_way.get(place) is task:
            del self._under_way[place]
        if not task.cancelled():
            task.exception()
