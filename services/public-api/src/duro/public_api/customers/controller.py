from litestar import Controller, Response, get, patch, post
from litestar.di import NamedDependency

from duro.db.pages import PageRequest
from duro.http_kit.call import Call
from duro.http_kit.operation import Operation
from duro.public_api.customers.bodies import (
    CreateCustomerInput,
    CustomerInput,
    CustomerRefInput,
    ListCustomersInput,
    UpdateCustomerInput,
)
from duro.public_api.customers.examples import CustomerExamples
from duro.public_api.customers.views import CustomerPage, CustomerView
from duro.public_api.merchant import Merchant
from duro.public_api.wire import ExamplePage

_CREATE = Operation(
    id="createCustomer",
    summary="Create a customer",
    form=CreateCustomerInput,
    answer=CustomerView,
    status=201,
    refusals=(404, 409),
    example=CustomerExamples.BODY,
    answer_example=CustomerExamples.VIEW,
)
_LIST = Operation(
    id="listCustomers",
    summary="List customers",
    form=ListCustomersInput,
    answer=CustomerPage,
    answer_example=ExamplePage.of(CustomerExamples.VIEW),
)
_GET = Operation(
    id="getCustomer",
    summary="Get a customer",
    form=CustomerInput,
    answer=CustomerView,
    refusals=(404,),
    answer_example=CustomerExamples.VIEW,
)
_GET_BY_REF = Operation(
    id="getCustomerByRef",
    summary="Get a customer by your own reference",
    form=CustomerRefInput,
    answer=CustomerView,
    refusals=(404,),
    answer_example=CustomerExamples.VIEW,
)
_UPDATE = Operation(
    id="updateCustomer",
    summary="Change a customer",
    form=UpdateCustomerInput,
    answer=CustomerView,
    refusals=(404, 409),
    example=CustomerExamples.CHANGE,
    answer_example=CustomerExamples.VIEW,
)


class CustomersController(Controller):
    """Who pays a merchant."""

    path = "/v1/customers"
    tags = ("Customers",)

    @post(opt=_CREATE.opt)
    async def create(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(CreateCustomerInput)
        act = merchant.create_customer
        return await call.once(
            lambda receipt: act.execute(call.tenant_id, given.body.command(), receipt), CustomerView.of, status=201
        )

    @get(opt=_LIST.opt)
    async def browse(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = (await call.read(ListCustomersInput)).query
        page = PageRequest(given.limit, given.cursor)
        found = await merchant.list_customers.execute(
            call.tenant_id, page, email=given.email, test_clock_id=given.test_clock_id
        )
        return call.shown(CustomerPage.of(found))

    @get("/{customerId:str}", opt=_GET.opt)
    async def show(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(CustomerInput)
        return call.shown(CustomerView.of(await merchant.get_customer.execute(call.tenant_id, given.path.customer_id)))

    @get("/ref/{ref:str}", opt=_GET_BY_REF.opt)
    async def get_by_ref(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(CustomerRefInput)
        return call.shown(CustomerView.of(await merchant.get_customer_by_ref.execute(call.tenant_id, given.path.ref)))

    @patch("/{customerId:str}", opt=_UPDATE.opt)
    async def update(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(UpdateCustomerInput)
        act = merchant.update_customer
        return await call.once(lambda receipt: act.execute(call.tenant_id, given.command(), receipt), CustomerView.of)
