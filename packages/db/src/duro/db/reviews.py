from dataclasses import dataclass
from typing import Final, final

from asyncpg import Record
from whenever import Instant

from duro.db.session import TenantSession
from duro.kernel import Currency, Money, NotFoundError, PaymentAttemptId

_REOPEN: Final = """
    update {schema}.payment_attempts
    set status = 'pending', settled_at = null, failure_code = null, failure_message = null
    where tenant_id = $1 and id = $2 and status = 'review'"""
_KEEP: Final = """
    insert into {schema}.review_decisions (
        tenant_id, attempt_id, is_taken, amount, currency, doubt_code, doubt, in_review_since, decided_by, note,
        decided_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"""
_GET: Final = """
    select attempt_id, amount, currency, doubt_code, doubt, in_review_since, decided_by, note, decided_at
    from {schema}.review_decisions where tenant_id = $1 and attempt_id = $2"""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDecision:
    """What a person decided about an attempt in review: how much was taken, if anything, and why they say so.

    The doubt is what the attempt said of itself while it waited.
    """

    attempt_id: PaymentAttemptId
    taken: Money | None
    doubt_code: str | None
    doubt: str | None
    in_review_since: Instant
    decided_by: str
    note: str
    decided_at: Instant


@final
class ReviewRepository:
    """The tenant's attempts that only a person can explain, and how they were decided; no decision is ever changed."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    async def reopen(self, attempt_id: PaymentAttemptId) -> None:
        """Make an attempt in review pending for the rest of the transaction, which settles it; its row is locked.

        Raise NotFoundError if it isn't in review.
        """
        if not await self._session.execute(_REOPEN, attempt_id.value):
            raise NotFoundError("transaction in review", attempt_id)

    async def keep(self, decision: ReviewDecision) -> None:
        taken = decision.taken
        await self._session.execute(
            _KEEP,
            decision.attempt_id.value,
            taken is not None,
            None if taken is None else taken.amount,
            None if taken is None else taken.currency.code,
            decision.doubt_code,
            decision.doubt,
            decision.in_review_since,
            decision.decided_by,
            decision.note,
            decision.decided_at,
        )

    async def decision(self, attempt_id: PaymentAttemptId) -> ReviewDecision | None:
        """Read what was decided about an attempt, if a person had to."""
        row = await self._session.fetchrow(_GET, attempt_id.value)
        return None if row is None else self._read(row)

    @staticmethod
    def _read(row: Record) -> ReviewDecision:
        return ReviewDecision(
            attempt_id=PaymentAttemptId(row["attempt_id"]),
            taken=None if row["amount"] is None else Money(row["amount"], Currency(row["currency"])),
            doubt_code=row["doubt_code"],
            doubt=row["doubt"],
            in_review_since=row["in_review_since"],
            decided_by=row["decided_by"],
            note=row["note"],
            decided_at=row["decided_at"],
        )
