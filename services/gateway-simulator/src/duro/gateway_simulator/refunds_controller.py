from typing import assert_never

import msgspec
from litestar import Controller, Response, get, post

from duro.gateway_simulator.line import Line
from duro.payments import NotFound
from duro.payments.simulated import RefundAnswered, Silent, SimulatedIssuer
from duro.payments.simulated.error_wire import ErrorReply
from duro.payments.simulated.refund_wire import RefundBody, RefundReply


class RefundsController(Controller):
    """Refunds, as the simulated provider gives and finds them."""

    path = "/refunds"

    @post("/", status_code=200)
    async def refund(self, body: bytes, issuer: SimulatedIssuer, line: Line) -> Response[RefundReply | ErrorReply]:
        data = msgspec.json.decode(body, type=RefundBody)
        await line.carry()
        answer = await issuer.refund(data.request)
        match answer:
            case RefundAnswered():
                reply = RefundReply.of(data.reference, answer.result, is_repeat=answer.is_repeat)
                return Response(reply, status_code=409 if answer.is_repeat else 200)
            case Silent():
                return await line.keep_silent()
            case _:
                assert_never(answer)

    @get("/{reference:str}")
    async def find(self, reference: str, issuer: SimulatedIssuer) -> Response[RefundReply | ErrorReply]:
        result = await issuer.lookup_refund(reference)
        if isinstance(result, NotFound):
            return Response(ErrorReply.of("refund_not_found", "No refund has this reference."), status_code=404)
        return Response(RefundReply.of(reference, result))
