from litestar import Controller, Response, get, post
from litestar.di import NamedDependency

from duro.db.pages import PageRequest
from duro.http_kit.call import Call
from duro.http_kit.operation import Operation
from duro.public_api.merchant import Merchant
from duro.public_api.payment_methods.bodies import (
    AttachPaymentMethodInput,
    ListPaymentMethodsInput,
    PaymentMethodInput,
)
from duro.public_api.payment_methods.examples import PaymentMethodExamples
from duro.public_api.payment_methods.views import PaymentMethodPage, PaymentMethodView
from duro.public_api.wire import ExamplePage

_ATTACH = Operation(
    id="attachPaymentMethod",
    summary="Save a card or a mandate for a customer",
    description="A `card` becomes a token at the provider; its number is never stored. One that this merchant may "
    "never charge again is saved as barred (`barredAt`), and nothing is charged to it. With the rail `direct_debit`, "
    "a `mandate` asks the payer to approve debits of a bank account, each up to a `ceiling`: it is `pending`, with "
    "the transfer that the payer has to make as `activation`, until it is `active`; one that the bank turned down is "
    "`rejected`. In test mode only the listed test numbers and accounts are accepted.",
    form=AttachPaymentMethodInput,
    answer=PaymentMethodView,
    status=201,
    refusals=(404, 503),
    example=PaymentMethodExamples.BODY,
    answer_example=PaymentMethodExamples.VIEW,
)
_LIST = Operation(
    id="listPaymentMethods",
    summary="List a customer's payment methods",
    form=ListPaymentMethodsInput,
    answer=PaymentMethodPage,
    refusals=(404,),
    answer_example=ExamplePage.of(PaymentMethodExamples.VIEW),
)
_GET = Operation(
    id="getPaymentMethod",
    summary="Get a payment method",
    description="Shows, too, how a mandate stands, and what its payer has to do while it is `pending`.",
    form=PaymentMethodInput,
    answer=PaymentMethodView,
    refusals=(404,),
    answer_example=PaymentMethodExamples.PENDING,
)
_DETACH = Operation(
    id="detachPaymentMethod",
    summary="Remove a payment method",
    description="Refused with `payment_in_progress` while a charge to it has no known end. A mandate is `revoked`, and "
    "ended at the provider.",
    form=PaymentMethodInput,
    answer=PaymentMethodView,
    refusals=(404, 409),
    answer_example=PaymentMethodExamples.VIEW,
)


class PaymentMethodsController(Controller):
    """How customers pay."""

    path = "/v1"
    tags = ("Payment methods",)

    @post("/customers/{customerId:str}/payment-methods", opt=_ATTACH.opt)
    async def attach(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        command = (await call.read(AttachPaymentMethodInput)).command()
        acts = merchant.payment_methods
        return await call.once(
            lambda receipt: acts.attach(call.tenant_id, command, receipt), PaymentMethodView.of, status=201
        )

    @get("/customers/{customerId:str}/payment-methods", opt=_LIST.opt)
    async def browse(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(ListPaymentMethodsInput)
        page = PageRequest(given.query.limit, given.query.cursor)
        act = merchant.payment_methods.browse
        return call.shown(PaymentMethodPage.of(await act.execute(call.tenant_id, given.path.customer_id, page)))

    @get("/payment-methods/{paymentMethodId:str}", opt=_GET.opt)
    async def show(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(PaymentMethodInput)
        method = await merchant.payment_methods.show.execute(call.tenant_id, given.path.payment_method_id)
        return call.shown(PaymentMethodView.of(method))

    @post("/payment-methods/{paymentMethodId:str}/detach", opt=_DETACH.opt)
    async def detach(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(PaymentMethodInput)
        act = merchant.payment_methods.detach
        return await call.once(
            lambda receipt: act.execute(call.tenant_id, given.path.payment_method_id, receipt), PaymentMethodView.of
        )
