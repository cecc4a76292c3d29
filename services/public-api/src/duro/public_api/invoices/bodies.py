from typing import Annotated

from pydantic import Field

from duro.db.records import InvoiceStatus
from duro.http_kit.fields import CustomerIdField, InvoiceIdField, PaymentMethodIdField, SubscriptionIdField
from duro.http_kit.inputs import Input, PageSection, Section
from duro.merchant_api.invoices import PayInvoiceCommand


class InvoicePath(Section):
    """Which invoice."""

    invoice_id: InvoiceIdField


class InvoiceQuery(PageSection):
    """Which invoices."""

    subscription_id: SubscriptionIdField | None = None
    customer_id: CustomerIdField | None = None
    status: Annotated[InvoiceStatus | None, Field(strict=False)] = None


class InvoiceInput(Input):
    """Reads a request about one invoice."""

    path: InvoicePath


class ListInvoicesInput(Input):
    """Reads GET /v1/invoices."""

    query: InvoiceQuery


class PayInvoiceBody(Section):
    """What is charged, if not the subscription's own payment method."""

    payment_method_id: PaymentMethodIdField | None = None


class PayInvoiceInput(Input):
    """Reads POST /v1/invoices/{invoiceId}/pay."""

    path: InvoicePath
    body: PayInvoiceBody

    def command(self) -> PayInvoiceCommand:
        return PayInvoiceCommand(invoice_id=self.path.invoice_id, payment_method_id=self.body.payment_method_id)
