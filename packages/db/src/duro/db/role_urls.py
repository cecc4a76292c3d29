from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self, final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from duro.db.roles import DatabaseRole

_IDENTITY: Final = frozenset({"user", "password"})


@final
@dataclass(frozen=True, slots=True)
class RoleUrls:
    """Where each service role reaches the database that an administrator reaches by another URL."""

    test: str
    live: str
    sweep: str

    @classmethod
    def derive(cls, admin_url: str, passwords: Mapping[str, str] | None = None) -> Self:
        """Keep host, port, database and options of the administrator's URL; put the role and its password in."""
        known = passwords or {}
        return cls(
            test=cls._as(admin_url, DatabaseRole.TEST, known),
            live=cls._as(admin_url, DatabaseRole.LIVE, known),
            sweep=cls._as(admin_url, DatabaseRole.SWEEP, known),
        )

    @staticmethod
    def _as(admin_url: str, role: DatabaseRole, passwords: Mapping[str, str]) -> str:
        parts = urlsplit(admin_url)
        host = parts.netloc.rpartition("@")[2]
        password = passwords.get(role.value)
        secret = "" if password is None else f":{quote(password, safe='')}"
        query = [(name, value) for name, value in parse_qsl(parts.query) if name not in _IDENTITY]
        return urlunsplit(
            (parts.scheme, f"{role.value}{secret}@{host}", parts.path, urlencode(query, safe="/"), parts.fragment)
        )
