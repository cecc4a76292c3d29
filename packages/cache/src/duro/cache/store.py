from typing import final

from duro.cache.flights import Flights
from duro.cache.namespace import STANDARD_PATIENCE, Namespace, Patience
from duro.cache.server import CacheServer
from duro.kernel import Mode, TenantId


@final
class TenantCache:
    """What is kept of one tenant in one mode."""

    def __init__(
        self, server: CacheServer, flights: Flights, tenant_id: TenantId, mode: Mode, *, patience: Patience
    ) -> None:
        self._server = server
        self._flights = flights
        self._owner = f"duro:cache:{mode.value}:{tenant_id}"
        self._patience = patience

    def namespace(self, name: str) -> Namespace:
        """Open what is forgotten together, such as `plans`."""
        return Namespace(self._server, self._flights, f"{self._owner}:{name}", patience=self._patience)


@final
class CacheStore:
    """Keeps what costs time to load, on the server, for all processes; there is no way to a key that is nobody's."""

    def __init__(self, server: CacheServer, *, patience: Patience = STANDARD_PATIENCE) -> None:
        self._server = server
        self._patience = patience
        self._flights = Flights()

    def of(self, tenant_id: TenantId, mode: Mode) -> TenantCache:
        return TenantCache(self._server, self._flights, tenant_id, mode, patience=self._patience)
