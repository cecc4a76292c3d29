import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Final, cast, final

from duro.cache.flights import Flights
from duro.cache.script import Script
from duro.cache.server import CacheLostError, CacheServer

Load = Callable[[], Awaitable[bytes | None]]

_NOTHING: Final = b"0"
_SOMETHING: Final = b"1"


@final
@dataclass(frozen=True, slots=True)
class Look:
    """What was found under a name: something kept, or whose turn it is to load."""

    version: bytes
    word: bytes
    kept: bytes = _NOTHING

    @classmethod
    def read(cls, answer: object) -> "Look":
        return cls(*cast("Sequence[bytes]", answer))

    @property
    def value(self) -> bytes | None:
        return self.kept[1:] if self.kept.startswith(_SOMETHING) else None


@final
@dataclass(frozen=True, slots=True)
class Patience:
    """How long one loader may keep all others waiting, and how often those look."""

    loading_seconds: float = 10.0
    look_seconds: float = 0.02
    longest_look_seconds: float = 0.2
    most_seconds: float = 30.0


STANDARD_PATIENCE: Final = Patience()


@final
class Namespace:
    """What is forgotten together. Nothing in it is more than what a load can say again."""

    _LOOK: Final = Script.named("look")
    _KEEP: Final = Script.named("keep")
    _BUMP: Final = Script.named("bump")

    def __init__(self, server: CacheServer, flights: Flights, key: str, *, patience: Patience) -> None:
        self._server = server
        self._flights = flights
        self._key = key
        self._patience = patience

    async def remember(self, name: str, *, seconds: int, load: Load) -> bytes | None:
        """Give what is kept under the name, or load it and keep it so long: once, however many ask in all processes.

        None is kept like any other answer; an error of the load is raised and not kept. Without a server it is loaded.
        """
        asker = token_hex(8)
        try:
            look = await self._look(name, asker)
        except CacheLostError:
            place = f"{self._key}:{name}:lost:{self._flights.epoch}"
            return await self._flights.share(place, lambda: self._only_load(load))
        match look.word:
            case b"kept":
                return look.value
            case b"load":
                return await self._flights.begin(
                    self._place(look, name), lambda: self._load(look, name, asker, seconds=seconds, load=load)
                )
            case _:
                return await self._flights.share(
                    self._place(look, name), lambda: self._wait(name, asker, seconds=seconds, load=load)
                )

    async def bump(self) -> None:
        """Forget everything in it, whoever is loading it; to be called after the change is committed.

        When the server is lost this process goes on without the cache, and tells it when it is back; other processes
        that still reach it may show what they kept until its time is over.
        """
        self._flights.epoch += 1
        await self._tell()

    async def _tell(self) -> bool:
        self._flights.untold.discard(self._key)
        try:
            await self._server.run(self._BUMP, [self._key], [token_hex(8)])
        except CacheLostError:
            self._flights.untold.add(self._key)
            return False
        return True

    async def _look(self, name: str, asker: str) -> Look:
        if self._key in self._flights.untold and not await self._tell():
            raise CacheLostError
        terms = (token_hex(8), name, asker, round(self._patience.loading_seconds * 1_000))
        return Look.read(await self._server.run(self._LOOK, [self._key], terms))

    def _place(self, look: Look, name: str) -> str:
        return f"{self._key}:{name}:{look.version.decode()}"

    async def _load(self, look: Look, name: str, asker: str, *, seconds: int, load: Load) -> bytes | None:
        outcome: tuple[bytes | int, ...] = ()
        try:
            value = await load()
            outcome = (_NOTHING if value is None else _SOMETHING + value, seconds * 1_000)
        finally:
            await self._keep((look.version, name, asker, *outcome))
        return value

    async def _keep(self, terms: Sequence[str | bytes | int]) -> None:
        with contextlib.suppress(CacheLostError):
            await self._server.run(self._KEEP, [self._key], terms)

    async def _wait(self, name: str, asker: str, *, seconds: int, load: Load) -> bytes | None:
        """Look until it is kept, or until it is our turn to load; load at last when nothing comes of it."""
        pause, loop = self._patience.look_seconds, asyncio.get_running_loop()
        until = loop.time() + self._patience.most_seconds
        while loop.time() < until:
            await asyncio.sleep(pause)
            pause = min(2 * pause, self._patience.longest_look_seconds)
            try:
                look = await self._look(name, asker)
            except CacheLostError:
                break
            match look.word:
                case b"kept":
                    return look.value
                case b"load":
                    return await self._load(look, name, asker, seconds=seconds, load=load)
                case _:
                    pass
        return await load()

    @staticmethod
    async def _only_load(load: Load) -> bytes | None:
        return await load()
