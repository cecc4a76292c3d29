from litestar import Controller, Response, get
from litestar.di import NamedDependency

from duro.db.pages import PageRequest
from duro.http_kit.call import Call
from duro.http_kit.operation import Operation
from duro.public_api.merchant import Merchant
from duro.public_api.transactions.bodies import ListTransactionsInput, TransactionInput
from duro.public_api.transactions.examples import TransactionExamples
from duro.public_api.transactions.views import TransactionPage, TransactionView
from duro.public_api.wire import ExamplePage

_LIST = Operation(
    id="listTransactions",
    summary="List transactions",
    form=ListTransactionsInput,
    answer=TransactionPage,
    answer_example=ExamplePage.of(TransactionExamples.VIEW),
)
_GET = Operation(
    id="getTransaction",
    summary="Get a transaction",
    description="A transaction in `review` is one that nobody can explain yet: nothing else is charged meanwhile. "
    "One that its payer had their bank take back says so in `dispute` and stays what it was: the merchant loses it.",
    form=TransactionInput,
    answer=TransactionView,
    refusals=(404,),
    answer_example=TransactionExamples.VIEW,
)


class TransactionsController(Controller):
    """Every try to collect an invoice."""

    path = "/v1/transactions"
    tags = ("Transactions",)

    @get(opt=_LIST.opt)
    async def browse(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = (await call.read(ListTransactionsInput)).query
        found = await merchant.list_transactions.execute(
            call.tenant_id,
            PageRequest(given.limit, given.cursor),
            invoice_id=given.invoice_id,
            subscription_id=given.subscription_id,
            status=given.status,
        )
        return call.shown(TransactionPage.of(found))

    @get("/{transactionId:str}", opt=_GET.opt)
    async def show(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(TransactionInput)
        found = await merchant.get_transaction.execute(call.tenant_id, given.path.transaction_id)
        return call.shown(TransactionView.of(found.attempt, found.disputes))
