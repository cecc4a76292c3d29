import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, final

from whenever import Instant

from duro.crypto import Digest, PayerLink
from duro.db import RepositoryContexts
from duro.http_kit.answers import Answer
from duro.http_kit.idempotent_request import IdempotentRequest
from duro.http_kit.keyed_receipt import AlreadyAnsweredError, KeyedReceipt
from duro.kernel import Clock, DomainError, ErrorKind
from duro.merchant_api.payer_links import RailRefusedError
from duro.merchant_api.payment_methods import CardRefusedError, GatewayUnavailableError
from duro.merchant_api.receipts import Receipt
from duro.public_api.payers.payer_form import PayerForm

_SPACE: Final = "payer_link"
_TRIES: Final = 40
_PAUSE_SECONDS: Final = 0.25
_RAISED: Final = frozenset({"invalid_link", "test_clock_advancing"})
_DONE: Final = Answer(303, b"")


@final
@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a form: it was done, or refused for a reason that its page tells.

    If it is neither, the page says how things stand.
    """

    is_done: bool = False
    refusal: str = ""


@final
class Submission:
    """One form of a payer's page, done once however often it is sent: the name it was given is its key.

    What was typed into it is no part of what is remembered.
    """

    def __init__(self, contexts: RepositoryContexts, link: PayerLink, form: PayerForm, *, clock: Clock) -> None:
        self._contexts = contexts
        self._link = link
        asked = (link.purpose.value.encode(), str(link.subject).encode(), form.act.value.encode())
        self._alike = f"{link.subject}:{form.act}:"
        key = f"{self._alike}{form.name}"
        whose = (link.tenant_id.value.bytes, link.mode.value.encode(), _SPACE.encode(), key.encode())
        request = IdempotentRequest(space=_SPACE, key=key, digest=Digest.of(*asked), seed=Digest.of(*whose))
        self._receipt = KeyedReceipt[object](request, clock=clock, render=lambda _: _DONE)

    async def sent_since(self, at: Instant) -> int:
        """Count the forms that asked for the same about the same, however they ended."""
        async with self._contexts.open(self._link.tenant_id) as repos:
            return await repos.idempotency.count(_SPACE, starting=self._alike, since=at)

    async def once(self, act: Callable[[Receipt[object]], Awaitable[None]]) -> Outcome:
        """Act and say what came of it. While another request does the same, wait up to ten seconds for its end.

        Raise InvalidLinkError, ConflictError `test_clock_advancing`, or what is wrong on our side.
        """
        for _ in range(_TRIES):
            outcome = await self._tried(act)
            if outcome is not None:
                return outcome
            await asyncio.sleep(_PAUSE_SECONDS)
        return Outcome()

    async def _tried(self, act: Callable[[Receipt[object]], Awaitable[None]]) -> Outcome | None:
        """Act; None while another request is about it."""
        try:
            await act(self._receipt)
        except AlreadyAnsweredError as replay:
            return Outcome(is_done=replay.answer == _DONE, refusal=replay.answer.body.decode())
        except DomainError as error:
            return None if error.code == "idempotency_in_progress" else await self._refused(error)
        except Exception:
            await self._release()
            raise
        return Outcome(is_done=True)

    async def _refused(self, error: DomainError) -> Outcome:
        """Keep a refusal for the repeats of this form; what is ours, or the clock's, may be asked for again."""
        if error.code in _RAISED or error.kind is ErrorKind.UNAVAILABLE:
            await self._release()
            if isinstance(error, GatewayUnavailableError):
                return Outcome(refusal=error.code)
            raise error
        reason = self._reason(error)
        async with self._contexts.open(self._link.tenant_id) as repos:
            await self._receipt.keep(repos, Answer(422, reason.encode()))
        return Outcome(refusal=reason)

    @staticmethod
    def _reason(error: DomainError) -> str:
        """Say why in a word, where the page can't show that by how things stand."""
        match error:
            case CardRefusedError():
                return error.reason
            case RailRefusedError():
                return error.code
            case DomainError(code="payment_method_barred" | "card_budget_spent" | "payment_method_changed"):
                return error.code
            case _:
                return ""

    async def _release(self) -> None:
        async with self._contexts.open(self._link.tenant_id) as repos:
            await self._receipt.release(repos)
