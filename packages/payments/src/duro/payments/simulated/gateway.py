import asyncio
from typing import Final, assert_never, final

from whenever import TimeDelta

from duro.kernel import Currency, Money
from duro.payments.cards import CardDetails, TokenizeResult
from duro.payments.charges import ChargeLookup, ChargeRequest, ChargeResult, Unknown
from duro.payments.refunds import RefundLookup, RefundRequest, RefundResult
from duro.payments.simulated.answers import Answered, Broken, ChargeAnswer, RefundAnswered, Silent
from duro.payments.simulated.issuer import SimulatedIssuer

_TIMEOUT: Final = TimeDelta(seconds=10)


@final
class SimulatedGateway:
    """The simulated provider inside this process: the same issuer as over HTTP, without a wire.

    A card that never answers is `Unknown` at once instead of after the client's time-out. A slow one is waited for as
    long as the time-out allows, and goes on without its caller after that.
    """

    def __init__(self, issuer: SimulatedIssuer, *, timeout: TimeDelta = _TIMEOUT) -> None:
        self._issuer = issuer
        self._timeout = timeout
        self._in_flight: set[asyncio.Task[ChargeAnswer]] = set()

    @property
    def name(self) -> str:
        return "simulated"

    @property
    def is_moving_money(self) -> bool:
        return False

    @property
    def settle_window(self) -> TimeDelta:
        return self._timeout * 2

    @property
    def has_idempotent_references(self) -> bool:
        return True

    def supports(self, currency: Currency) -> bool:
        return self._issuer.supports(currency)

    def minimum(self, currency: Currency) -> Money:
        return self._issuer.minimum(currency)

    async def charge(self, request: ChargeRequest) -> ChargeResult:
        task = asyncio.create_task(self._issuer.charge(request))
        self._in_flight.add(task)
        task.add_done_callback(self._in_flight.discard)
        done, _ = await asyncio.wait({task}, timeout=self._timeout.total("seconds"))
        if not done:
            return Unknown("The simulated provider did not answer in time.")
        answer = task.result()
        match answer:
            case Answered():
                return answer.result
            case Silent():
                return Unknown("The simulated provider did not answer in time.")
            case Broken():
                return Unknown("The simulated provider answered with status 500.")
            case _:
                assert_never(answer)

    async def lookup(self, reference: str) -> ChargeLookup:
        return await self._issuer.lookup(reference)

    async def refund(self, request: RefundRequest) -> RefundResult:
        answer = await self._issuer.refund(request)
        match answer:
            case RefundAnswered():
                return answer.result
            case Silent():
                return Unknown("The simulated provider did not answer in time.")
            case _:
                assert_never(answer)

    async def lookup_refund(self, reference: str) -> RefundLookup:
        return await self._issuer.lookup_refund(reference)

    async def tokenize(self, card: CardDetails) -> TokenizeResult:
        return self._issuer.tokenize(card)

    async def close(self) -> None:
        """Let charges in flight finish, then close the issuer's ledger."""
        if self._in_flight:
            await asyncio.wait(self._in_flight)
        await self._issuer.close()
