from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, final
from urllib.parse import quote


@final
@dataclass(frozen=True, slots=True)
class PostgresAddress:
    """Where an embedded PostgreSQL listens: a socket in a folder that only its account may open, hence no passwords."""

    socket_folder: Path

    ADMINISTRATOR: ClassVar[str] = "duro_admin"
    DATABASE: ClassVar[str] = "duro"
    SOCKET_NAME: ClassVar[str] = ".s.PGSQL.5432"

    def admin_url(self, database: str = DATABASE) -> str:
        """Give the superuser's URL, for migrations and the command line only."""
        return self.url(self.ADMINISTRATOR, database)

    def url(self, role: str, database: str = DATABASE) -> str:
        return f"postgresql://{quote(role)}@/{quote(database)}?host={quote(str(self.socket_folder))}"
