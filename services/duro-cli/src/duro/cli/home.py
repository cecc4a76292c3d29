from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self, final


@final
@dataclass(frozen=True, slots=True)
class Home:
    """Where the repository is and where a running Duro keeps its data, logs and secrets."""

    root: Path
    folder: Path

    @classmethod
    def find(cls, environ: Mapping[str, str], *, start: Path, installed_at: Path) -> Self:
        """Find the repository above the current folder, else above the installed files; DURO_HOME moves the data."""
        candidates = [start, *start.parents, *installed_at.parents]
        root = next((place for place in candidates if cls._is_repository(place)), start)
        chosen = environ.get("DURO_HOME")
        return cls(root=root, folder=Path(chosen).expanduser().resolve() if chosen else root / ".duro")

    @property
    def lock_path(self) -> Path:
        return self.folder / "lock"

    @property
    def secrets_path(self) -> Path:
        return self.folder / "secrets"

    @property
    def running_path(self) -> Path:
        return self.folder / "running.json"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def gateway_ledger(self) -> Path:
        return self.folder / "gateway" / "ledger.sqlite3"

    def prepare(self) -> None:
        """Make the folders: servers of another account may pass through the first, the others are the owner's alone."""
        if not self.folder.exists():
            self.folder.mkdir(parents=True)
            self.folder.chmod(0o711)
        for place in (self.logs, self.gateway_ledger.parent):
            place.mkdir(mode=0o700, exist_ok=True)

    @staticmethod
    def _is_repository(place: Path) -> bool:
        return (place / "requirements.lock").is_file() and (place / "packages").is_dir()
