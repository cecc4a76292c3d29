from typing import Annotated

from pydantic import Field

from duro.http_kit.fields import (
    CustomerIdField,
    EmailField,
    MetadataField,
    NameField,
    PhoneField,
    RefField,
    TestClockIdField,
)
from duro.http_kit.inputs import Input, NotNull, PageSection, Section
from duro.merchant_api.customers import CreateCustomerCommand, UpdateCustomerCommand
from duro.merchant_api.given import KEPT, Given


class CreateCustomerBody(Section):
    """A new customer; `ref` is the merchant's own key for them. With a test clock they live by it, for good.

    `whatsappConsent` says that they agreed to be told things on WhatsApp at this phone.
    """

    email: EmailField
    ref: RefField | None = None
    name: NameField | None = None
    phone: PhoneField | None = None
    whatsapp_consent: bool = False
    metadata: MetadataField = Field(default_factory=dict)
    test_clock_id: TestClockIdField | None = None

    def command(self) -> CreateCustomerCommand:
        return CreateCustomerCommand(
            email=self.email,
            ref=self.ref,
            name=self.name,
            phone=self.phone,
            has_whatsapp_consent=self.whatsapp_consent,
            metadata=self.metadata,
            test_clock_id=self.test_clock_id,
        )


class UpdateCustomerBody(Section):
    """What changes about a customer; null clears what may be empty, metadata is replaced as a whole."""

    email: Annotated[EmailField | None, NotNull()] = None
    ref: RefField | None = None
    name: NameField | None = None
    phone: PhoneField | None = None
    whatsapp_consent: Annotated[bool | None, NotNull()] = None
    metadata: Annotated[MetadataField | None, NotNull()] = None


class CustomerPath(Section):
    """Which customer."""

    customer_id: CustomerIdField


class CustomerRefPath(Section):
    """Which customer, by the merchant's own key."""

    ref: RefField


class CustomerQuery(PageSection):
    """Which customers."""

    email: EmailField | None = None
    test_clock_id: TestClockIdField | None = None


class CreateCustomerInput(Input):
    """Reads POST /v1/customers."""

    body: CreateCustomerBody


class CustomerInput(Input):
    """Reads a request about one customer."""

    path: CustomerPath


class CustomerRefInput(Input):
    """Reads GET /v1/customers/ref/{ref}."""

    path: CustomerRefPath


class ListCustomersInput(Input):
    """Reads GET /v1/customers."""

    query: CustomerQuery


class UpdateCustomerInput(Input):
    """Reads PATCH /v1/customers/{customerId}."""

    path: CustomerPath
    body: UpdateCustomerBody

    def command(self) -> UpdateCustomerCommand:
        body, named = self.body, self.body.model_fields_set
        return UpdateCustomerCommand(
            customer_id=self.path.customer_id,
            ref=Given(body.ref) if "ref" in named else KEPT,
            email=KEPT if body.email is None else Given(body.email),
            name=Given(body.name) if "name" in named else KEPT,
            phone=Given(body.phone) if "phone" in named else KEPT,
            has_whatsapp_consent=KEPT if body.whatsapp_consent is None else Given(body.whatsapp_consent),
            metadata=KEPT if body.metadata is None else Given(body.metadata),
        )
