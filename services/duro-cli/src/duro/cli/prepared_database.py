from dataclasses import dataclass
from typing import Final, Self, final

from duro.cli.errors import CommandError
from duro.cli.home import Home
from duro.cli.secrets_file import Secrets
from duro.db.database_probe import DatabaseProbe
from duro.db.migrator import Migrator
from duro.db.role_urls import RoleUrls

_ROLES: Final = ("duro_test", "duro_live", "duro_sweep")


class DatabaseUnreachableError(CommandError):
    """The database that was named doesn't let us in."""

    def __init__(self, trouble: str) -> None:
        super().__init__(f"The database of DURO_DATABASE_URL can't be used: {trouble}")


@final
@dataclass(frozen=True, slots=True)
class PreparedDatabase:
    """A database whose tables are up to date, and the URLs its roles reach it by."""

    admin_url: str
    roles: RoleUrls

    @classmethod
    async def prepare(cls, admin_url: str, *, home: Home, is_ours: bool) -> Self:
        """Migrate it.

        Roles of our own server need no passwords, since its socket is closed to others; for any other server they are
        made once, kept in the secrets of the folder and set each time.
        """
        passwords: dict[str, str] = {}
        if not is_ours:
            trouble = await DatabaseProbe(admin_url).trouble()
            if trouble is not None:
                raise DatabaseUnreachableError(trouble)
            home.prepare()
            secrets = Secrets.read(home.secrets_path).with_passwords_for(*_ROLES)
            secrets.write(home.secrets_path)
            passwords = {role: secrets.role_passwords[role] for role in _ROLES}
        await Migrator(admin_url).upgrade(passwords or None)
        return cls(admin_url=admin_url, roles=RoleUrls.derive(admin_url, passwords))
