from typing import Final, final
from urllib.parse import quote

from whenever import TimeDelta

from duro.payments.charges import NotFound, Unknown
from duro.payments.mandates import MandateLookup, MandateOrder, MandateResult, MandateStanding
from duro.payments.refusals import Refused
from duro.payments.simulated.http_exchange import HttpExchange
from duro.payments.simulated.http_shard import Reply
from duro.payments.simulated.rails.mandate_wire import MandateBody, MandateReply

_SHARDS: Final = 4
_SETUP_TIME: Final = TimeDelta(hours=2)


@final
class HttpSimulatedMandates:
    """The simulated provider's mandates over HTTP, believed only where the answer is whole and names our reference."""

    def __init__(self, *, base_url: str, timeout_seconds: float, setup_time: TimeDelta = _SETUP_TIME) -> None:
        self._exchange = HttpExchange(base_url=base_url, timeout_seconds=timeout_seconds, shards=_SHARDS)
        self._setup_time = setup_time

    @property
    def name(self) -> str:
        return "simulated"

    @property
    def setup_time(self) -> TimeDelta:
        return self._setup_time

    async def create(self, order: MandateOrder) -> MandateResult:
        reply = await self._exchange.send("POST", "/mandates", MandateBody.of(order))
        return reply if isinstance(reply, Unknown) else self._read(reply, order.reference)

    async def lookup(self, reference: str) -> MandateLookup:
        return self._standing(await self._exchange.send("GET", f"/mandates/{quote(reference, safe='')}"), reference)

    async def cancel(self, reference: str) -> MandateLookup:
        path = f"/mandates/{quote(reference, safe='')}/cancel"
        return self._standing(await self._exchange.send("POST", path), reference)

    async def close(self) -> None:
        await self._exchange.close()

    def _standing(self, reply: Reply | Unknown, reference: str) -> MandateLookup:
        if isinstance(reply, Unknown):
            return reply
        if reply.says(404, "mandate_not_found"):
            return NotFound()
        answer = self._read(reply, reference)
        return Unknown("A mandate that exists is not refused.") if isinstance(answer, Refused) else answer

    @staticmethod
    def _read(reply: Reply, reference: str) -> MandateStanding | Refused | Unknown:
        answer = reply.read(MandateReply)
        if isinstance(answer, Unknown):
            return answer
        try:
            result = answer.mandate.result
        except ValueError:
            return Unknown("The answer names what doesn't exist.")
        if isinstance(result, Refused) or result.reference == reference:
            return result
        return Unknown("The answer is about another reference.")
