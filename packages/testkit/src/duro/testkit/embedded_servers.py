import asyncio
import shutil
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import final

from duro.embedded import EmbeddedPostgres, EmbeddedValkey, PostgresAddress, PostgresSettings, ValkeyAddress


class ServerRefusedError(RuntimeError):
    """Valkey didn't do what a test needs of it."""

    def __init__(self, command: str, answer: str) -> None:
        super().__init__(f"{command} was answered with {answer or 'nothing'}.")


@final
@dataclass(frozen=True, slots=True)
class EmbeddedServers:
    """The PostgreSQL and the Valkey of one test process."""

    postgres: PostgresAddress
    valkey: ValkeyAddress

    @classmethod
    @asynccontextmanager
    async def running(cls, *, is_durable: bool = True) -> AsyncGenerator["EmbeddedServers"]:
        """Start both in a folder of their own that any account may pass through, and remove it at the end."""
        home = cls._new_home()
        postgres = EmbeddedPostgres(home, settings=PostgresSettings(is_durable=is_durable))
        valkey = EmbeddedValkey(home)
        try:
            yield cls(await postgres.start(), await valkey.start())
        finally:
            await valkey.stop()
            await postgres.stop()
            await asyncio.to_thread(shutil.rmtree, home, ignore_errors=True)

    @staticmethod
    def _new_home() -> Path:
        home = Path(tempfile.mkdtemp(prefix="duro-tests-"))
        home.chmod(0o711)
        return home

    async def forget_keys(self) -> None:
        """Empty every database of Valkey."""
        reader, writer = await asyncio.open_unix_connection(self.valkey.socket)
        try:
            writer.write(b"FLUSHALL\r\n")
            answer = (await reader.readline()).decode().strip()
        finally:
            writer.close()
        if answer != "+OK":
            raise ServerRefusedError("FLUSHALL", answer)
