from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True)
class PostgresSettings:
    """How an embedded PostgreSQL is tuned; only tests may give up durability: a crash of the machine loses data."""

    max_connections: int = 200
    shared_buffers_megabytes: int = 128
    is_durable: bool = True
    start_seconds: float = 120
    stop_seconds: float = 15

    def arguments(self) -> tuple[str, ...]:
        """Give them as the server's own command line words."""
        values = {
            "max_connections": str(self.max_connections),
            "shared_buffers": f"{self.shared_buffers_megabytes}MB",
            "huge_pages": "off",
            "jit": "off",
            "TimeZone": "UTC",
            "log_timezone": "UTC",
            "log_min_messages": "warning",
            "log_checkpoints": "off",
            "cluster_name": "duro",
            "listen_addresses": "",
            "unix_socket_permissions": "0700",
            "fsync": "on" if self.is_durable else "off",
            "synchronous_commit": "on" if self.is_durable else "off",
            "full_page_writes": "on" if self.is_durable else "off",
        }
        return tuple(word for name, value in values.items() for word in ("-c", f"{name}={value}"))
