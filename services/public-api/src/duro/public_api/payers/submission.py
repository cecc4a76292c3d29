from collections.abc import Awaitable, Callable
from typing import Final, final

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
_BUSY: Final = frozenset({"idempotency_key_reused", "idempotency_in_progress"})
_RAISED: Final = frozenset({"invalid_link", "test_clock_advancing"})


@final
class Submission:
    """One form of a payer's page, done once however often it is sent: the name it was given is its key.

    What was typed into it is no part of what is remembered.
    """

    def __init__(self, contexts: RepositoryContexts, link: PayerLink, form: PayerForm, *, clock: Clock) -> None:
        self._contexts = contexts
        self._link = link
        asked = (link.purpose.value.encode(), str(link.subject).encode(), form.act.value.encode())
        key = f"{link.subject}:{form.name}"
        whose = (link.tenant_id.value.bytes, link.mode.value.encode(), _SPACE.encode(), key.encode())
        request = IdempotentRequest(space=_SPACE, key=key, digest=Digest.of(*asked), seed=Digest.of(*whose))
        self._receipt = KeyedReceipt[object](request, clock=clock, render=lambda _: Answer(303, b""))

    async def once(self, act: Callable[[Receipt[object]], Awaitable[None]]) -> str | None:
        """Act, and say why it was refused where the page can't show that by how things stand: a short reason.

        Raise InvalidLinkError, ConflictError `test_clock_advancing`, or what is wrong on our side.
        """
        try:
            await act(self._receipt)
        except AlreadyAnsweredError as replay:
            return replay.answer.body.decode() or None
        except DomainError as error:
            return await self._refused(error)
        except BaseException:
            await self._release()
            raise
        return None

    async def _refused(self, error: DomainError) -> str | None:
        """Keep a refusal for the repeats of this form; what is ours, or the clock's, may be asked for again."""
        if error.code in _BUSY:
            return None
        if error.code in _RAISED or error.kind is ErrorKind.UNAVAILABLE:
            await self._release()
            if isinstance(error, GatewayUnavailableError):
                return error.code
            raise error
        reason = self._reason(error)
        async with self._contexts.open(self._link.tenant_id) as repos:
            await self._receipt.keep(repos, Answer(422, (reason or "").encode()))
        return reason

    @staticmethod
    def _reason(error: DomainError) -> str | None:
        match error:
            case CardRefusedError():
                return error.reason
            case RailRefusedError() | DomainError(code="payment_method_barred"):
                return error.code
            case _:
                return None

    async def _release(self) -> None:
        async with self._contexts.open(self._link.tenant_id) as repos:
            await self._receipt.release(repos)
