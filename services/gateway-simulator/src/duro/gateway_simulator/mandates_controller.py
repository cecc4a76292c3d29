from typing import assert_never

from litestar import Controller, Response, get, post

from duro.gateway_simulator.line import Line
from duro.payments import MandateStanding, NotFound, Refused
from duro.payments.simulated import Silent, SimulatedMandateBank
from duro.payments.simulated.error_wire import ErrorReply
from duro.payments.simulated.json_text import JsonText
from duro.payments.simulated.rails.mandate_wire import MandateBody, MandateReply


class MandatesController(Controller):
    """Approvals of debits, as the simulated provider keeps them."""

    path = "/mandates"

    @post("/", status_code=200)
    async def create(
        self, body: bytes, mandates: SimulatedMandateBank, line: Line
    ) -> Response[MandateReply | ErrorReply]:
        order = JsonText.read(body, MandateBody).order
        await line.carry()
        answer = await mandates.create(order)
        match answer:
            case Silent():
                return await line.keep_silent()
            case MandateStanding() | Refused():
                return Response(MandateReply.of(answer))
            case _:
                assert_never(answer)

    @get("/{reference:str}")
    async def find(self, reference: str, mandates: SimulatedMandateBank) -> Response[MandateReply | ErrorReply]:
        return self._standing(await mandates.lookup(reference))

    @post("/{reference:str}/cancel", status_code=200)
    async def cancel(self, reference: str, mandates: SimulatedMandateBank) -> Response[MandateReply | ErrorReply]:
        return self._standing(await mandates.cancel(reference))

    @staticmethod
    def _standing(result: MandateStanding | NotFound) -> Response[MandateReply | ErrorReply]:
        if isinstance(result, NotFound):
            return Response(ErrorReply.of("mandate_not_found", "No mandate has this reference."), status_code=404)
        return Response(MandateReply.of(result))
