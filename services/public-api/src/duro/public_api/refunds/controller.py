from litestar import Controller, Response, get, post
from litestar.di import NamedDependency

from duro.db.pages import PageRequest
from duro.http_kit.call import Call
from duro.http_kit.operation import Operation
from duro.public_api.merchant import Merchant
from duro.public_api.refunds.bodies import ListRefundsInput, RefundInput, RefundInvoiceInput
from duro.public_api.refunds.examples import RefundExamples
from duro.public_api.refunds.views import RefundPage, RefundView
from duro.public_api.wire import ExamplePage

_REFUND = Operation(
    id="refundInvoice",
    summary="Refund an invoice, whole or in part",
    description="All that is left unless `amount` says less, over as many refunds as you like: together never more "
    "than was paid (409 `refund_exceeds_payment`). The provider is waited for at most 10 seconds; a refund whose "
    "answer isn't known yet is `pending` and settled later, one that it refused `needs_attention`. A refund moves "
    "no period. While the payer's bank has the charge back nothing is refunded (409 `charge_disputed`).",
    form=RefundInvoiceInput,
    answer=RefundView,
    status=201,
    refusals=(404, 503),
    example=RefundExamples.BODY,
    answer_example=RefundExamples.VIEW,
)
_LIST = Operation(
    id="listRefunds",
    summary="List refunds",
    form=ListRefundsInput,
    answer=RefundPage,
    answer_example=ExamplePage.of(RefundExamples.VIEW),
)
_GET = Operation(
    id="getRefund",
    summary="Get a refund",
    form=RefundInput,
    answer=RefundView,
    refusals=(404,),
    answer_example=RefundExamples.VIEW,
)
_RETRY = Operation(
    id="retryRefund",
    summary="Ask again for a refund that was refused",
    description="The refused refund has `failed`, and the answer is a new one of the same amount: a provider "
    "answers one reference for ever with its first decision.",
    form=RefundInput,
    answer=RefundView,
    status=201,
    refusals=(404, 503),
    answer_example=RefundExamples.VIEW,
)
_CANCEL = Operation(
    id="cancelRefund",
    summary="Give up on a refund that was refused",
    description="It has `failed`, and what it had reserved can be refunded anew.",
    form=RefundInput,
    answer=RefundView,
    refusals=(404,),
    answer_example=RefundExamples.VIEW,
)


class RefundsController(Controller):
    """Money that goes back."""

    path = "/v1"
    tags = ("Refunds",)

    @post("/invoices/{invoiceId:str}/refund", opt=_REFUND.opt)
    async def refund(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(RefundInvoiceInput)
        act = merchant.refund_invoice
        return await call.once(
            lambda receipt: act.execute(call.tenant_id, given.command(), receipt), RefundView.of, status=201
        )

    @get("/refunds", opt=_LIST.opt)
    async def browse(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = (await call.read(ListRefundsInput)).query
        found = await merchant.list_refunds.execute(
            call.tenant_id,
            PageRequest(given.limit, given.cursor),
            invoice_id=given.invoice_id,
            status=given.status,
        )
        return call.shown(RefundPage.of(found))

    @get("/refunds/{refundId:str}", opt=_GET.opt)
    async def show(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(RefundInput)
        return call.shown(RefundView.of(await merchant.get_refund.execute(call.tenant_id, given.path.refund_id)))

    @post("/refunds/{refundId:str}/retry", opt=_RETRY.opt)
    async def retry(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(RefundInput)
        act = merchant.retry_refund
        return await call.once(
            lambda receipt: act.execute(call.tenant_id, given.path.refund_id, receipt), RefundView.of, status=201
        )

    @post("/refunds/{refundId:str}/cancel", opt=_CANCEL.opt)
    async def cancel(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(RefundInput)
        act = merchant.cancel_refund
        return await call.once(
            lambda receipt: act.execute(call.tenant_id, given.path.refund_id, receipt), RefundView.of
        )
