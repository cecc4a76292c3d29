from litestar import Controller, Response, get, post
from litestar.di import NamedDependency

from duro.db.pages import PageRequest
from duro.http_kit.call import Call
from duro.http_kit.operation import Operation
from duro.public_api.credit.bodies import CreditInput, GrantCreditInput
from duro.public_api.credit.examples import CreditExamples
from duro.public_api.credit.views import CreditView
from duro.public_api.merchant import Merchant

_GRANT = Operation(
    id="grantCredit",
    summary="Grant credit to a subscription",
    description="Its next invoices use the credit up before a card is charged. A negative amount takes credit back, "
    "but never more than there is (409 `insufficient_credit`). A `currency` is checked against the subscription's.",
    form=GrantCreditInput,
    answer=CreditView,
    status=201,
    refusals=(404,),
    example=CreditExamples.BODY,
    answer_example=CreditExamples.VIEW,
)
_GET = Operation(
    id="getCredit",
    summary="Get the credit balance of a subscription and what moved it",
    form=CreditInput,
    answer=CreditView,
    refusals=(404,),
    answer_example=CreditExamples.VIEW,
)


class CreditController(Controller):
    """Credit balances."""

    path = "/v1/subscriptions/{subscriptionId:str}/credit"
    tags = ("Credit",)

    @post(opt=_GRANT.opt)
    async def grant(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(GrantCreditInput)
        act = merchant.grant_credit
        return await call.once(
            lambda receipt: act.execute(call.tenant_id, given.command(), receipt), CreditView.of, status=201
        )

    @get(opt=_GET.opt)
    async def show(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(CreditInput)
        page = PageRequest(given.query.limit, given.query.cursor)
        found = await merchant.get_credit.execute(call.tenant_id, given.path.subscription_id, page)
        return call.shown(CreditView.of(found))
