from typing import Annotated

from pydantic import Field, StringConstraints

from duro.http_kit.fields import CustomerIdField, PaymentMethodIdField
from duro.http_kit.inputs import Input, PageSection, Section
from duro.merchant_api.payment_methods import AttachPaymentMethodCommand
from duro.payments import CardDetails


class CardBody(Section):
    """What is printed on a card."""

    number: Annotated[str, StringConstraints(pattern=r"^[0-9]{12,19}$")]
    exp_month: Annotated[int, Field(ge=1, le=12)]
    exp_year: Annotated[int, Field(ge=2000, le=2100)]
    cvc: Annotated[str, StringConstraints(pattern=r"^[0-9]{3,4}$")]


class AttachPaymentMethodBody(Section):
    """A card to save for a customer."""

    card: CardBody


class CustomerPath(Section):
    """Which customer."""

    customer_id: CustomerIdField


class PaymentMethodPath(Section):
    """Which payment method."""

    payment_method_id: PaymentMethodIdField


class PaymentMethodInput(Input):
    """Reads a request about one payment method."""

    path: PaymentMethodPath


class ListPaymentMethodsInput(Input):
    """Reads GET /v1/customers/{customerId}/payment-methods."""

    path: CustomerPath
    query: PageSection


class AttachPaymentMethodInput(Input):
    """Reads POST /v1/customers/{customerId}/payment-methods."""

    path: CustomerPath
    body: AttachPaymentMethodBody

    def command(self) -> AttachPaymentMethodCommand:
        card = self.body.card
        return AttachPaymentMethodCommand(
            customer_id=self.path.customer_id,
            card=CardDetails(number=card.number, exp_month=card.exp_month, exp_year=card.exp_year, cvc=card.cvc),
        )
