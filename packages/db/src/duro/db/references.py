from dataclasses import dataclass
from typing import Final, TypeAlias, final

from duro.db.pool import DatabasePool
from duro.kernel import (
    MalformedIdError,
    Mode,
    PaymentAttemptId,
    PaymentMethodId,
    PaymentRequestId,
    RefundId,
    TenantId,
)

Subject: TypeAlias = PaymentMethodId | PaymentAttemptId | PaymentRequestId | RefundId

_RESOLVE: Final = "select tenant_id, kind from {schema}.resolve_reference($1, $2)"
_KINDS: Final[dict[str, type[Subject]]] = {
    "payment_method": PaymentMethodId,
    "payment_attempt": PaymentAttemptId,
    "payment_request": PaymentRequestId,
    "refund": RefundId,
}


@final
@dataclass(frozen=True, slots=True)
class ResolvedReference:
    """What one of our references names, and whose it is."""

    tenant_id: TenantId
    subject: Subject


@final
class ReferenceResolver:
    """Finds what a provider's notice is about in one mode, by a function of the database that gives nothing else."""

    def __init__(self, pool: DatabasePool, mode: Mode) -> None:
        self._pool = pool
        self._resolve = _RESOLVE.replace("{schema}", mode.value)

    async def resolve(self, *, provider: str, reference: str) -> ResolvedReference | None:
        """Look up a reference that we gave to this provider; None if it is none of ours, or names two things."""
        try:
            value = PaymentAttemptId.from_suffix(reference).value
        except MalformedIdError:
            return None
        async with self._pool.acquire() as connection:
            rows = await connection.fetch(self._resolve, provider, value)
        if len(rows) != 1:
            return None
        return ResolvedReference(TenantId(rows[0]["tenant_id"]), _KINDS[rows[0]["kind"]](value))
