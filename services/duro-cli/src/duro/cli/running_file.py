import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self, cast, final


@final
@dataclass(frozen=True, slots=True)
class RunningFile:
    """What a running `duro up` tells other commands on the same folder; it means nothing once the lock is free."""

    pid: int
    database_url: str
    redis_url: str
    gateway_url: str
    api_url: str

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Return None when there is no such file, or not yet a whole one."""
        try:
            raw = cast("dict[str, object]", json.loads(path.read_text()))
            words = {name: str(raw[name]) for name in ("database_url", "redis_url", "gateway_url", "api_url")}
            return cls(pid=int(str(raw["pid"])), **words)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, path: Path) -> None:
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(self), file, indent=2)
        draft.replace(path)
