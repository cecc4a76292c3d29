from typing import assert_never

import msgspec
from litestar import Controller, Response, get, post

from duro.gateway_simulator.line import Line
from duro.payments import NotFound
from duro.payments.simulated import Answered, Broken, Silent, SimulatedIssuer
from duro.payments.simulated.charge_wire import ChargeBody, ChargeReply
from duro.payments.simulated.error_wire import ErrorReply


class ChargesController(Controller):
    """Charges, as the simulated provider takes and finds them."""

    path = "/charges"

    @post("/", status_code=200)
    async def charge(self, body: bytes, issuer: SimulatedIssuer, line: Line) -> Response[ChargeReply | ErrorReply]:
        data = msgspec.json.decode(body, type=ChargeBody)
        await line.carry()
        answer = Silent() if line.is_hanging else await issuer.charge(data.request)
        match answer:
            case Answered():
                reply = ChargeReply.of(data.reference, answer.result, is_repeat=answer.is_repeat)
                return Response(reply, status_code=409 if answer.is_repeat else 200)
            case Silent():
                return await line.keep_silent()
            case Broken():
                return Response(ErrorReply.of("internal_error", "Something broke after the decision."), status_code=500)
            case _:
                assert_never(answer)

    @get("/{reference:str}")
    async def find(self, reference: str, issuer: SimulatedIssuer) -> Response[ChargeReply | ErrorReply]:
        result = await issuer.lookup(reference)
        if isinstance(result, NotFound):
            return Response(ErrorReply.of("charge_not_found", "No charge has this reference."), status_code=404)
        return Response(ChargeReply.of(reference, result))
