from litestar import Controller, Response, get, post
from litestar.di import NamedDependency

from duro.db.pages import PageRequest
from duro.http_kit.call import Call
from duro.http_kit.file_answer import FileAnswer
from duro.http_kit.operation import Operation
from duro.public_api.invoices.bodies import InvoiceInput, ListInvoicesInput, PayInvoiceInput
from duro.public_api.invoices.examples import InvoiceExamples
from duro.public_api.invoices.views import InvoiceDetailView, InvoicePage
from duro.public_api.merchant import Merchant
from duro.public_api.wire import ExamplePage

_LIST = Operation(
    id="listInvoices",
    summary="List invoices",
    form=ListInvoicesInput,
    answer=InvoicePage,
    answer_example=ExamplePage.of(InvoiceExamples.VIEW),
)
_GET = Operation(
    id="getInvoice",
    summary="Get an invoice with its lines and transactions",
    form=InvoiceInput,
    answer=InvoiceDetailView,
    answer_example=InvoiceExamples.DETAIL,
    refusals=(404,),
)
_PAY = Operation(
    id="payInvoice",
    summary="Try to collect an invoice now",
    description="What remains of an `open` or `uncollectible` invoice is charged to the subscription's payment "
    "method, or to the one that is named. The provider is waited for at most 10 seconds. A decline, or an answer "
    "that isn't known yet, is no error: the invoice stays as it is, and the last of its transactions tells more. A "
    "card isn't charged before its network allows the next try (409 `card_budget_spent`, which says from when).",
    form=PayInvoiceInput,
    answer=InvoiceDetailView,
    answer_example=InvoiceExamples.DETAIL,
    refusals=(404, 503),
    example=InvoiceExamples.PAY,
)
_VOID = Operation(
    id="voidInvoice",
    summary="Void an invoice",
    description="Nothing is owed any more, credit in it returns to the balance, and its recovery ends. A "
    "subscription that was past due or unpaid for it renews again, that period unpaid; one that waited for its "
    "first payment never begins.",
    form=InvoiceInput,
    answer=InvoiceDetailView,
    answer_example=InvoiceExamples.VOID,
    refusals=(404,),
)
_MARK = Operation(
    id="markInvoiceUncollectible",
    summary="Give up on an invoice",
    description="It is bad debt, credit in it returns to the balance, its recovery ends and a subscription that was "
    "past due is unpaid. It may still be paid, or voided.",
    form=InvoiceInput,
    answer=InvoiceDetailView,
    answer_example=InvoiceExamples.GIVEN_UP,
    refusals=(404,),
)
_PDF_FILE = FileAnswer("application/pdf", "The invoice as it stands now, to be printed or kept.")
_PDF = Operation(
    id="printInvoice",
    summary="Get an invoice as PDF",
    description="Dates are those of the subscription's zone.",
    form=InvoiceInput,
    answer=_PDF_FILE,
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

    @post("/{invoiceId:str}/pay", opt=_PAY.opt)
    async def pay(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(PayInvoiceInput)
        act = merchant.pay_invoice
        return await call.once(
            lambda receipt: act.execute(call.tenant_id, given.command(), receipt), InvoiceDetailView.with_attempts
        )

    @post("/{invoiceId:str}/void", opt=_VOID.opt)
    async def void(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(InvoiceInput)
        act = merchant.void_invoice
        return await call.once(
            lambda receipt: act.execute(call.tenant_id, given.path.invoice_id, receipt), InvoiceDetailView.with_attempts
        )

    @post("/{invoiceId:str}/mark-uncollectible", opt=_MARK.opt)
    async def mark(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(InvoiceInput)
        act = merchant.mark_invoice_uncollectible
        return await call.once(
            lambda receipt: act.execute(call.tenant_id, given.path.invoice_id, receipt), InvoiceDetailView.with_attempts
        )

    @get("/{invoiceId:str}/pdf", opt=_PDF.opt)
    async def print(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(InvoiceInput)
        content = await merchant.print_invoice.execute(call.tenant_id, given.path.invoice_id)
        return _PDF_FILE.named(f"{given.path.invoice_id}.pdf", content)
