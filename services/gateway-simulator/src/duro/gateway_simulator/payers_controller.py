from typing import Literal, assert_never

from litestar import Controller, Response, post

from duro.payments import MandateStanding, NotFound
from duro.payments.simulated import DisputeDesk, SimulatedDispute, SimulatedMandateBank, SimulatedPushBank
from duro.payments.simulated.dispute_wire import DisputeReply
from duro.payments.simulated.error_wire import ErrorReply
from duro.payments.simulated.json_text import JsonText
from duro.payments.simulated.rails.mandate_wire import MandateReply
from duro.payments.simulated.rails.payer_wire import MandateActBody, PaidReply, PayerBody


class PayersController(Controller):
    """What payers and their banks are made to do; no provider has this."""

    path = "/payers"

    @post("/pay", status_code=201)
    async def pay(self, body: bytes, pushes: SimulatedPushBank) -> PaidReply:
        return PaidReply.of(await pushes.pay(JsonText.read(body, PayerBody).order))

    @post("/mandates/{reference:str}/{act:str}", status_code=200)
    async def act(
        self,
        reference: str,
        act: Literal["activate", "finish-setup", "revoke"],
        body: bytes,
        mandates: SimulatedMandateBank,
    ) -> Response[MandateReply | ErrorReply]:
        at = JsonText.read(body or b"{}", MandateActBody).at
        result: MandateStanding | NotFound
        match act:
            case "activate":
                result = await mandates.activate(reference, at)
            case "finish-setup":
                result = await mandates.finish_setup(reference)
            case "revoke":
                result = await mandates.revoke(reference)
            case _:
                assert_never(act)
        if isinstance(result, NotFound):
            return Response(ErrorReply.of("mandate_not_found", "No mandate has this reference."), status_code=404)
        return Response(MandateReply.of(result))

    @post("/disputes/{reference:str}/{act:str}", status_code=200)
    async def dispute(
        self, reference: str, act: Literal["open", "win", "lose"], disputes: DisputeDesk
    ) -> Response[DisputeReply | ErrorReply]:
        result: SimulatedDispute | NotFound
        match act:
            case "open":
                result = await disputes.open(reference)
            case "win" | "lose":
                result = await disputes.close(reference, is_won=act == "win")
            case _:
                assert_never(act)
        if isinstance(result, NotFound):
            said = "No charge of this reference took money, or it isn't disputed, or nobody is told of disputes."
            return Response(ErrorReply.of("dispute_not_found", said), status_code=404)
        return Response(DisputeReply.of(result))
