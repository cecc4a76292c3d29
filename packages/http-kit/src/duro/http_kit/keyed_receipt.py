from collections.abc import Callable
from dataclasses import replace
from typing import Final, Generic, TypeVar, final

from whenever import TimeDelta

from duro.db.records import IdempotencyRecord
from duro.db.repositories import Repositories
from duro.http_kit.answers import Answer
from duro.http_kit.idempotent_request import IdempotentRequest
from duro.kernel import Clock, ConflictError, IdFactory
from duro.merchant_api.receipts import DerivedIdFactory

Result = TypeVar("Result")

_LEASE: Final = TimeDelta(seconds=60)
_KEPT: Final = TimeDelta(hours=24)


class AlreadyAnsweredError(Exception):
    """The key's request was answered before; this is what it was answered."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("This request was answered before.")
        self.answer = answer


@final
class KeyedReceipt(Generic[Result]):
    """The receipt of a request with an Idempotency-Key, kept in the tenant's own schema for 24 hours.

    It is claimed under a lock that no second request waits for, and signed with the very bytes that are answered.
    """

    def __init__(self, request: IdempotentRequest, *, clock: Clock, render: Callable[[Result], Answer]) -> None:
        self._request = request
        self._clock = clock
        self._render = render
        self._record: IdempotencyRecord | None = None

    async def claim(self, repos: Repositories, ids: IdFactory) -> IdFactory:
        """Raise AlreadyAnsweredError, or ConflictError `idempotency_key_reused` or `idempotency_in_progress`."""
        _ = ids
        space, key = self._request.space, self._request.key
        is_held = await repos.idempotency.hold(space, key)
        now = self._clock.now()
        record = IdempotencyRecord(
            credential_class=space,
            key=key,
            request_digest=self._request.digest,
            status=None,
            body=None,
            locked_until=now + _LEASE,
            created_at=now,
        )
        if not is_held:
            self._require_free(await repos.idempotency.get(space, key), record)
            raise self._in_progress()
        if not await repos.idempotency.insert(record, forgetting_before=now - _KEPT):
            record = await self._taken_over(repos, record)
        self._record = record
        return DerivedIdFactory(seed=self._request.seed, at=record.created_at)

    async def sign(self, repos: Repositories, result: Result) -> None:
        answer = self._render(result)
        if self._record is not None:
            await repos.idempotency.answer(replace(self._record, status=answer.status, body=answer.body))

    async def keep(self, repos: Repositories, refusal: Answer) -> None:
        """Write down that the request was refused; its own effect was rolled back."""
        now = self._clock.now()
        record = IdempotencyRecord(
            credential_class=self._request.space,
            key=self._request.key,
            request_digest=self._request.digest,
            status=refusal.status,
            body=refusal.body,
            locked_until=None,
            created_at=now,
        )
        if not await repos.idempotency.insert(record, forgetting_before=now - _KEPT):
            await repos.idempotency.answer(record)

    async def release(self, repos: Repositories) -> None:
        """End the lease of a request that failed on our side, so that the next one with its key is executed."""
        current = await repos.idempotency.lock(self._request.space, self._request.key)
        claimed = self._record
        if current is None or claimed is None or current.status is not None:
            return
        if current.locked_until == claimed.locked_until:
            await repos.idempotency.update(replace(current, locked_until=self._clock.now()))

    async def _taken_over(self, repos: Repositories, fresh: IdempotencyRecord) -> IdempotencyRecord:
        """Take a key whose record is older than a day, or whose lease ran out; then the same ids are made again."""
        known = await repos.idempotency.lock(fresh.credential_class, fresh.key)
        if known is None:
            raise self._in_progress()
        self._require_free(known, fresh)
        is_forgotten = known.created_at + _KEPT <= fresh.created_at
        taken = fresh if is_forgotten else replace(known, locked_until=fresh.locked_until)
        await repos.idempotency.update(taken)
        return taken

    def _require_free(self, known: IdempotencyRecord | None, fresh: IdempotencyRecord) -> None:
        now = fresh.created_at
        if known is None or known.created_at + _KEPT <= now:
            return
        if known.request_digest != fresh.request_digest:
            code = "idempotency_key_reused"
            raise ConflictError(code, "This Idempotency-Key was used for another request.")
        if known.status is not None and known.body is not None:
            raise AlreadyAnsweredError(Answer(known.status, known.body))
        if known.locked_until is not None and known.locked_until > now:
            raise self._in_progress()

    @staticmethod
    def _in_progress() -> ConflictError:
        return ConflictError("idempotency_in_progress", "The request with this Idempotency-Key is still in progress.")
