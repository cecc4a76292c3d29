from typing import assert_never

from litestar import Controller, Response, get, post

from duro.gateway_simulator.line import Line
from duro.payments import NotFound, Opened, Refused
from duro.payments.simulated import Silent, SimulatedPushBank
from duro.payments.simulated.error_wire import ErrorReply
from duro.payments.simulated.json_text import JsonText
from duro.payments.simulated.rails.request_wire import RequestBody, RequestReply, RequestStandingReply


class PaymentRequestsController(Controller):
    """Payment requests, as the simulated provider opens, finds and closes them."""

    path = "/payment-requests"

    @post("/", status_code=200)
    async def open(self, body: bytes, pushes: SimulatedPushBank, line: Line) -> Response[RequestReply | ErrorReply]:
        order = JsonText.read(body, RequestBody).order
        await line.carry()
        answer = await pushes.open(order)
        match answer:
            case Silent():
                return await line.keep_silent()
            case Opened() | Refused():
                return Response(RequestReply.of(answer))
            case _:
                assert_never(answer)

    @get("/{reference:str}")
    async def find(self, reference: str, pushes: SimulatedPushBank) -> Response[RequestStandingReply | ErrorReply]:
        result = await pushes.lookup_request(reference)
        if isinstance(result, NotFound):
            return Response(ErrorReply.of("request_not_found", "No request has this reference."), status_code=404)
        return Response(RequestStandingReply.of(result))

    @post("/{reference:str}/close", status_code=200)
    async def close(self, reference: str, pushes: SimulatedPushBank) -> Response[RequestStandingReply | ErrorReply]:
        result = await pushes.close_request(reference)
        if isinstance(result, NotFound):
            return Response(ErrorReply.of("request_not_found", "No request has this reference."), status_code=404)
        return Response(RequestStandingReply.of(result))
