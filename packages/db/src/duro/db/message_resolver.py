from dataclasses import dataclass
from typing import Final, final

from duro.db.pool import DatabasePool
from duro.kernel import MalformedIdError, MessageId, Mode, TenantId

_RESOLVE: Final = "select tenant_id, id from {schema}.resolve_message($1, $2)"


@final
@dataclass(frozen=True, slots=True)
class ResolvedMessage:
    """A message that a vendor tells of, and whose it is."""

    tenant_id: TenantId
    message_id: MessageId


@final
class MessageResolver:
    """Finds which message of one mode a messenger tells of, by a function of the database that gives nothing else."""

    def __init__(self, pool: DatabasePool, mode: Mode) -> None:
        self._pool = pool
        self._resolve = _RESOLVE.replace("{schema}", mode.value)

    async def resolve(self, *, reference: str, provider_id: str) -> ResolvedMessage | None:
        """Look it up by our reference, or by the messenger's own name; None if it is none of ours or more than one."""
        try:
            value = MessageId.from_suffix(reference).value if reference else None
        except MalformedIdError:
            value = None
        async with self._pool.acquire() as connection:
            rows = await connection.fetch(self._resolve, value, provider_id)
        if len(rows) != 1:
            return None
        return ResolvedMessage(TenantId(rows[0]["tenant_id"]), MessageId(rows[0]["id"]))
