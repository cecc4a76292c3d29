from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from duro.http_kit.fields import CurrencyField, CustomerIdField, PaymentMethodIdField
from duro.http_kit.inputs import Input, PageSection, Section
from duro.kernel import Money
from duro.merchant_api.payment_methods import AttachMandateCommand, AttachPaymentMethodCommand
from duro.payments import CardDetails


class CardBody(Section):
    """What is printed on a card."""

    number: Annotated[str, StringConstraints(pattern=r"^[0-9]{12,19}$")]
    exp_month: Annotated[int, Field(ge=1, le=12)]
    exp_year: Annotated[int, Field(ge=2000, le=2100)]
    cvc: Annotated[str, StringConstraints(pattern=r"^[0-9]{3,4}$")]


class MandateBody(Section):
    """A bank account whose owner is asked to approve debits of it, each up to a ceiling."""

    account_number: Annotated[str, StringConstraints(pattern=r"^[0-9]{10}$")]
    bank_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{3,6}$")]
    ceiling: Annotated[int, Field(gt=0, lt=10**12, description="Minor units: 2000000 NGN is ₦20,000.00.")]
    currency: CurrencyField


class AttachPaymentMethodBody(Section):
    """A way to pay to save for a customer: a `card`, or a `mandate` where the rail is direct_debit."""

    rail: Literal["card", "direct_debit"] = "card"
    card: Annotated[CardBody | None, Field(validate_default=True)] = None
    mandate: Annotated[MandateBody | None, Field(validate_default=True)] = None

    @field_validator("card")
    @classmethod
    def _of_its_rail(cls, card: CardBody | None, given: ValidationInfo) -> CardBody | None:
        if "rail" in given.data and (given.data["rail"] == "card") is (card is None):
            message = "Must be given when the rail is card, and only then."
            raise ValueError(message)
        return card

    @field_validator("mandate")
    @classmethod
    def _of_the_other_rail(cls, mandate: MandateBody | None, given: ValidationInfo) -> MandateBody | None:
        if "rail" in given.data and (given.data["rail"] == "direct_debit") is (mandate is None):
            message = "Must be given when the rail is direct_debit, and only then."
            raise ValueError(message)
        return mandate


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

    def command(self) -> AttachPaymentMethodCommand | AttachMandateCommand:
        customer_id, card, mandate = self.path.customer_id, self.body.card, self.body.mandate
        if mandate is not None:
            return AttachMandateCommand(
                customer_id=customer_id,
                account_number=mandate.account_number,
                bank_code=mandate.bank_code,
                ceiling=Money(mandate.ceiling, mandate.currency),
            )
        if card is None:
            message = "A body has a card or a mandate."
            raise ValueError(message)
        return AttachPaymentMethodCommand(
            customer_id=customer_id,
            card=CardDetails(number=card.number, exp_month=card.exp_month, exp_year=card.exp_year, cvc=card.cvc),
        )
