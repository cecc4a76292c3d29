from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar, cast, final

from litestar import Request, Response
from litestar.datastructures import State
from msgspec import Struct

from duro.db.contexts import RepositoryContexts
from duro.http_kit.answers import Answer
from duro.http_kit.idempotency_key import IdempotencyKey
from duro.http_kit.idempotent_request import IdempotentRequest
from duro.http_kit.inputs import Input
from duro.http_kit.keyed_receipt import AlreadyAnsweredError, KeyedReceipt
from duro.http_kit.principal import Principal
from duro.http_kit.problems import Problem
from duro.http_kit.request_reader import RequestReader
from duro.kernel import Clock, DomainError, Mode, TenantId
from duro.merchant_api.receipts import NoReceipt, Receipt

InputT = TypeVar("InputT", bound=Input)
Result = TypeVar("Result")

_REPLAYED = {"Idempotent-Replayed": "true"}


@final
class Call:
    """One request of a known principal, as a controller handles it: read it, act once, show what came of it."""

    def __init__(
        self,
        request: Request[object, object, State],
        *,
        contexts: Mapping[Mode, RepositoryContexts],
        clock: Clock,
    ) -> None:
        self._request = request
        self._reader = RequestReader(request)
        self._contexts = contexts
        self._clock = clock

    @property
    def principal(self) -> Principal:
        return cast("Principal", self._request.scope["state"]["principal"])

    @property
    def tenant_id(self) -> TenantId:
        return self.principal.tenant_id

    async def read(self, form: type[InputT]) -> InputT:
        """Raise InvalidInputError with every fault of the request."""
        return await self._reader.read(form)

    @staticmethod
    def shown(view: Struct) -> Response[bytes]:
        return Answer.of(200, view).response()

    async def once(
        self,
        act: Callable[[Receipt[Result]], Awaitable[Result]],
        view: Callable[[Result], Struct],
        *,
        status: int = 200,
    ) -> Response[bytes]:
        """Act and answer; under an Idempotency-Key the act happens once and every repeat gets the same bytes."""
        asked = await self._asked()
        if asked is None:
            return Answer.of(status, view(await act(NoReceipt()))).response()
        receipt = KeyedReceipt[Result](asked, clock=self._clock, render=lambda result: Answer.of(status, view(result)))
        try:
            return Answer.of(status, view(await act(receipt))).response()
        except AlreadyAnsweredError as replay:
            return replay.answer.response(_REPLAYED)
        except DomainError as error:
            return await self._refused(receipt, error)
        except Exception:
            await self._release(receipt)
            raise

    async def _asked(self) -> IdempotentRequest | None:
        key = IdempotencyKey.of(self._request.headers.getall("idempotency-key", []))
        if key is None:
            return None
        scope = self._request.scope
        return IdempotentRequest.of(
            self.principal,
            key,
            method=scope["method"],
            path=scope["path"],
            body=await self._request.body(),
        )

    async def _refused(self, receipt: KeyedReceipt[Result], error: DomainError) -> Response[bytes]:
        """Keep a refusal for the repeats, unless it is about the key itself, or the fault is ours."""
        problem = Problem.of(error)
        if problem.is_ours:
            await self._release(receipt)
            raise error
        if error.code in {"idempotency_key_reused", "idempotency_in_progress"}:
            raise error
        answer = problem.answer(str(self._request.scope["state"].get("request_id", "")))
        async with self._contexts[self.principal.mode].open(self.tenant_id) as repos:
            await receipt.keep(repos, answer)
        return answer.response()

    async def _release(self, receipt: KeyedReceipt[Result]) -> None:
        async with self._contexts[self.principal.mode].open(self.tenant_id) as repos:
            await receipt.release(repos)
