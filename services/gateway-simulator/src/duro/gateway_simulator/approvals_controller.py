from typing import Final
from urllib.parse import parse_qs

from litestar import Controller, Response, get, post
from litestar.response import Redirect

from duro.gateway_simulator.approval_page import ApprovalPage
from duro.payments import AwaitsApproval
from duro.payments.simulated import ApprovalDesk, PayerAnswer

_HEADERS: Final = {
    "content-security-policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
}


class ApprovalsController(Controller):
    """The page of a card's bank, where the payer approves a charge or refuses it."""

    path = "/approvals"

    @get("/{reference:str}", media_type="text/html")
    async def show(self, reference: str, approvals: ApprovalDesk) -> Response[str]:
        entry = await approvals.find(reference)
        if entry is None:
            return Response(ApprovalPage.unknown(), status_code=404, headers=_HEADERS)
        result, page = await approvals.standing(reference), ApprovalPage(entry)
        is_waiting = isinstance(result, AwaitsApproval)
        return Response(page.question() if is_waiting else page.decided(result), headers=_HEADERS)

    @post("/{reference:str}", status_code=200, media_type="text/html")
    async def answer(self, reference: str, body: bytes, approvals: ApprovalDesk) -> Response[str] | Redirect:
        given = PayerAnswer(parse_qs(body.decode()).get("answer", [""])[0])
        entry, decided = await approvals.find(reference), await approvals.answer(reference, given)
        if entry is None or decided is None:
            return Response(ApprovalPage.unknown(), status_code=404, headers=_HEADERS)
        if entry.return_url is None:
            return Response(ApprovalPage(entry).decided(decided.result), headers=_HEADERS)
        return Redirect(entry.return_url, status_code=303, headers=_HEADERS)
