from typing import assert_never

from litestar import Controller, Response, get, post
from whenever import Instant

from duro.gateway_simulator.line import Line
from duro.payments import AccountOpened, NotFound, Refused
from duro.payments.simulated import Silent, SimulatedPushBank
from duro.payments.simulated.error_wire import ErrorReply
from duro.payments.simulated.json_text import JsonText
from duro.payments.simulated.rails.account_wire import AccountReply, AccountStandingReply, VirtualAccountBody


class VirtualAccountsController(Controller):
    """Customers' own account numbers, as the simulated provider opens and finds them."""

    path = "/virtual-accounts"

    @post("/", status_code=200)
    async def open(self, body: bytes, pushes: SimulatedPushBank, line: Line) -> Response[AccountReply | ErrorReply]:
        order = JsonText.read(body, VirtualAccountBody).order
        await line.carry()
        answer = await pushes.open_account(order)
        match answer:
            case Silent():
                return await line.keep_silent()
            case AccountOpened() | Refused():
                return Response(AccountReply.of(answer))
            case _:
                assert_never(answer)

    @get("/{reference:str}")
    async def find(
        self, reference: str, since: str, pushes: SimulatedPushBank
    ) -> Response[AccountStandingReply | ErrorReply]:
        result = await pushes.lookup_account(reference, since=Instant.parse_iso(since))
        if isinstance(result, NotFound):
            return Response(ErrorReply.of("account_not_found", "No account has this reference."), status_code=404)
        return Response(AccountStandingReply.of(result))
