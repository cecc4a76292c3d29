from litestar import Controller, Response, get
from litestar.di import NamedDependency

from duro.db.pages import PageRequest
from duro.http_kit.call import Call
from duro.http_kit.operation import Operation
from duro.public_api.invoices.bodies import InvoiceInput, ListInvoicesInput
from duro.public_api.invoices.views import InvoiceDetailView, InvoicePage
from duro.public_api.merchant import Merchant

_LIST = Operation(id="listInvoices", summary="List invoices", form=ListInvoicesInput, answer=InvoicePage)
_GET = Operation(
    id="getInvoice",
    summary="Get an invoice with its lines and transactions",
    form=InvoiceInput,
    answer=InvoiceDetailView,
    refusals=(404,),
)


class InvoicesController(Controller):
    """What customers owe."""

    path = "/v1/invoices"
    tags = ("Invoices",)

    @get(opt=_LIST.opt)
    async def browse(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = (await call.read(ListInvoicesInput)).query
        page = PageRequest(given.limit, given.cursor)
        found = await merchant.list_invoices.execute(
            call.tenant_id,
            page,
            subscription_id=given.subscription_id,
            customer_id=given.customer_id,
            status=given.status,
        )
        return call.shown(InvoicePage.of(found))

    @get("/{invoiceId:str}", opt=_GET.opt)
    async def show(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(InvoiceInput)
        found = await merchant.get_invoice.execute(call.tenant_id, given.path.invoice_id)
        return call.shown(InvoiceDetailView.with_attempts(found))
