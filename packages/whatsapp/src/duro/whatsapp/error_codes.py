import csv
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Final, final

from whenever import TimeDelta

from duro.billing.messages import Deferred, Refused, Trouble

_LONGEST_WORDS: Final = 300


@final
class ErrorCodes:
    """What an error code of the Cloud API means for the message it is about; the table is data with source and date."""

    def __init__(self, rows: Mapping[int, Mapping[str, str]]) -> None:
        self._rows = rows

    @classmethod
    def bundled(cls) -> "ErrorCodes":
        """Read the table that comes with this package."""
        with files("duro.whatsapp").joinpath("error_codes.csv").open(encoding="utf-8") as table:
            return cls.read(table)

    @classmethod
    def read(cls, lines: Iterable[str]) -> "ErrorCodes":
        return cls({int(row["code"]): row for row in csv.DictReader(lines)})

    def meaning(self, code: int, words: str) -> Refused | Deferred | None:
        """Return what became of the message, with the words that came along; None for a code nobody listed."""
        row = self._rows.get(200 if 200 <= code <= 299 else code)
        if row is None:
            return None
        trouble = Trouble(row["trouble"])
        reason = " ".join(f"{row['meaning']}: {words}".split())[:_LONGEST_WORDS]
        if row["verdict"] == "refused":
            return Refused(trouble, str(code), reason)
        wait = TimeDelta(seconds=int(row["wait_seconds"])) if row["wait_seconds"] else None
        return Deferred(trouble, str(code), reason, wait)
