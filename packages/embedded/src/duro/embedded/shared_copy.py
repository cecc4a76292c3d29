import os
import shutil
import stat
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final


@final
@dataclass(frozen=True, slots=True)
class SharedCopy:
    """A copy of binaries in a place that every account can read, for servers that can't reach the originals."""

    folder: Path

    @classmethod
    def make(cls, *, root: Path, name: str, source: Path, parts: Sequence[str]) -> "SharedCopy":
        """Copy the parts of the source once; the copy appears whole or not at all, whoever else makes it."""
        target = root / "binaries" / name
        if not target.exists():
            for place in (root, target.parent):
                place.mkdir(parents=True, exist_ok=True)
                place.chmod(0o755)
            cls._copy_whole(target, source, parts)
        return cls(target)

    @classmethod
    def _copy_whole(cls, target: Path, source: Path, parts: Sequence[str]) -> None:
        staging = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        try:
            for part in parts:
                original, copy = source / part, staging / part
                copy.parent.mkdir(parents=True, exist_ok=True)
                if original.is_dir():
                    shutil.copytree(original, copy, symlinks=True)
                else:
                    shutil.copy2(original, copy)
            cls._open_to_all(staging)
            staging.rename(target)
        except OSError:
            if not target.exists():
                raise
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    @classmethod
    def _open_to_all(cls, folder: Path) -> None:
        for place in (folder, *folder.rglob("*")):
            if place.is_symlink():
                continue
            mode = place.stat().st_mode
            runs = place.is_dir() or bool(mode & stat.S_IXUSR)
            os.chown(place, os.geteuid(), os.getegid())
            place.chmod(0o755 if runs else 0o644)
