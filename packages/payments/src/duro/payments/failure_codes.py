import csv
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import final

from duro.billing import FailureCategory


@final
class FailureCodes:
    """What a provider's failure code means for recovery: the same digits mean different things in different tables.

    The table is data, with the source and date of every row. It is total: a code it doesn't list is `unknown`.
    """

    def __init__(self, categories: Mapping[tuple[str, str], FailureCategory]) -> None:
        self._categories = dict(categories)

    @classmethod
    def bundled(cls) -> "FailureCodes":
        """Read the table that comes with this package."""
        with files("duro.payments").joinpath("failure_codes.csv").open(encoding="utf-8") as table:
            return cls.read(table)

    @classmethod
    def read(cls, lines: Iterable[str]) -> "FailureCodes":
        """Read a table with the columns provider, code and category; raise ValueError for a key that comes twice."""
        categories: dict[tuple[str, str], FailureCategory] = {}
        for row in csv.DictReader(lines):
            key = (row["provider"], row["code"])
            if key in categories:
                message = f"The failure code {key} is listed twice."
                raise ValueError(message)
            categories[key] = FailureCategory(row["category"])
        return cls(categories)

    def category_of(self, *, provider: str, code: str) -> FailureCategory:
        return self._categories.get((provider, code), FailureCategory.UNKNOWN)
