from typing import Annotated

from pydantic import Field

from duro.db.records import InvoiceStatus
from duro.http_kit.fields import CustomerIdField, InvoiceIdField, SubscriptionIdField
from duro.http_kit.inputs import Input, PageSection, Section


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
