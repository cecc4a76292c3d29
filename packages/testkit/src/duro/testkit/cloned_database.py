from dataclasses import dataclass
from typing import final

from duro.db.role_urls import RoleUrls
from duro.kernel import Mode


@final
@dataclass(frozen=True, slots=True)
class ClonedDatabase:
    """A database of one test alone, migrated and empty, as each role reaches it."""

    name: str
    admin_url: str

    @property
    def test_url(self) -> str:
        return self._roles.test

    @property
    def live_url(self) -> str:
        return self._roles.live

    @property
    def sweep_url(self) -> str:
        return self._roles.sweep

    def data_url(self, mode: Mode) -> str:
        """Give the URL of the role that works in this mode."""
        match mode:
            case Mode.TEST:
                return self.test_url
            case Mode.LIVE:
                return self.live_url

    @property
    def _roles(self) -> RoleUrls:
        return RoleUrls.derive(self.admin_url)
