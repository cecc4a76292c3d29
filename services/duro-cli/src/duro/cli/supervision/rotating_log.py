from collections.abc import Iterator
from pathlib import Path
from typing import final


@final
class RotatingLog:
    """The log file of one process, bounded: when it is full it moves aside and the oldest is dropped."""

    def __init__(self, path: Path, *, max_bytes: int = 8_000_000, kept: int = 3) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._kept = kept
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab", buffering=0)
        self._size = self._file.tell()

    def write(self, chunk: bytes) -> None:
        if self._size > 0 and self._size + len(chunk) > self._max_bytes:
            self._rotate()
        self._file.write(chunk)
        self._size += len(chunk)

    def close(self) -> None:
        self._file.close()

    def tail(self, lines: int = 20) -> str:
        """Return the last lines, at most 16 kB of them."""
        with self._path.open("rb") as file:
            file.seek(max(0, self._size - 16_384))
            text = file.read().decode(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def _rotate(self) -> None:
        self._file.close()
        for older, newer in self._generations():
            if newer.exists():
                newer.replace(older)
        self._file = self._path.open("ab", buffering=0)
        self._size = 0

    def _generations(self) -> Iterator[tuple[Path, Path]]:
        for age in range(self._kept, 0, -1):
            newer = self._path if age == 1 else self._aged(age - 1)
            yield self._aged(age), newer

    def _aged(self, age: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{age}")
