from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, final
from urllib.parse import quote


@final
@dataclass(frozen=True, slots=True)
class ValkeyAddress:
    """Where an embedded Valkey listens: a unix socket in a folder that only its account may open."""

    socket: Path

    SOCKET_NAME: ClassVar[str] = "valkey.sock"

    def url(self, database: int = 0) -> str:
        return f"unix://{quote(str(self.socket))}?db={database}"
