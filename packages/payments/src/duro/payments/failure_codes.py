import csv
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Final, final

from duro.billing import FailureCategory
from duro.billing.recovery import FailureCode, Retryability

_FALLBACKS: Final = ("ng_other", "iso8583")
_ANY_ENDING: Final = "*"


@final
class FailureCodes:
    """What a provider's failure code means for recovery: the same digits mean different things in different tables.

    The table is data, with the source and date of every row. A provider's own rows come first, then the messages that
    Nigerian gateways share, then ISO 8583; letter case and spacing don't matter, and a code that ends in `*` stands for
    every message that begins so. It is total: a code listed nowhere is `unknown`.
    """

    def __init__(self, codes: Mapping[tuple[str, str], FailureCode]) -> None:
        self._codes = {(provider, self._plain(code)): row for (provider, code), row in codes.items()}
        self._beginnings = {
            provider: sorted((code for owner, code in self._codes if owner == provider and self._is_beginning(code)))
            for provider, _ in self._codes
        }

    @classmethod
    @cache
    def bundled(cls) -> "FailureCodes":
        """Read the table that comes with this package: once, since it never changes and takes milliseconds."""
        with files("duro.payments").joinpath("failure_codes.csv").open(encoding="utf-8") as table:
            return cls.read(table)

    @classmethod
    def read(cls, lines: Iterable[str]) -> "FailureCodes":
        """Read a table with the columns provider, code and category; raise ValueError for a key that comes twice."""
        codes: dict[tuple[str, str], FailureCode] = {}
        for row in csv.DictReader(lines):
            key = (row["provider"], cls._plain(row["code"]))
            if key in codes:
                message = f"The failure code {key} is listed twice."
                raise ValueError(message)
            codes[key] = cls._code(row)
        return cls(codes)

    def category_of(self, *, provider: str, code: str) -> FailureCategory:
        return self.find(provider=provider, code=code).category

    def find(self, *, provider: str, code: str) -> FailureCode:
        """Return all that is known of the code, or an unknown one with general words for the payer."""
        plain = self._plain(code)
        for table in (provider, *_FALLBACKS):
            row = self._codes.get((table, plain)) or self._beginning(table, plain)
            if row is not None:
                return row
        return FailureCode.typical(FailureCategory.UNKNOWN, provider=provider, code=code)

    def _beginning(self, table: str, plain: str) -> FailureCode | None:
        """Return the longest listed beginning of the message."""
        found = [code for code in self._beginnings.get(table, ()) if plain.startswith(code.removesuffix(_ANY_ENDING))]
        return self._codes[table, max(found, key=len)] if found else None

    @classmethod
    def _code(cls, row: Mapping[str, str]) -> FailureCode:
        """Read a row; what the table leaves out is as it typically is for the category."""
        category = FailureCategory(row["category"])
        typical = FailureCode.typical(category, provider=row["provider"], code=row["code"])
        return FailureCode(
            provider=row["provider"],
            code=row["code"],
            category=category,
            retryable=Retryability(row.get("retryable") or typical.retryable),
            requires_new_card=(row["requires_new_card"] == "yes")
            if row.get("requires_new_card")
            else typical.requires_new_card,
            is_revocation=row.get("revoked") == "yes",
            is_in_doubt=row.get("in_doubt") == "yes",
            visa_category=int(row["visa_category"]) if row.get("visa_category") else None,
            payer_words=row.get("payer_words") or typical.payer_words,
            source=row.get("source") or "",
            as_of=row.get("as_of") or "",
        )

    @staticmethod
    def _is_beginning(code: str) -> bool:
        return code.endswith(_ANY_ENDING)

    @staticmethod
    def _plain(code: str) -> str:
        return " ".join(code.casefold().split())
