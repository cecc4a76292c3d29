from typing import Annotated

from pydantic import Field

from duro.db.records import RefundStatus
from duro.http_kit.fields import InvoiceIdField, ReasonField, RefundIdField
from duro.http_kit.inputs import Input, PageSection, Section
from duro.merchant_api.refunds import RefundInvoiceCommand
from duro.public_api.invoices.bodies import InvoicePath


class RefundInvoiceBody(Section):
    """How much goes back, in minor units: all that is left unless `amount` says less."""

    amount: Annotated[int, Field(ge=1, lt=10**12)] | None = None
    reason: ReasonField = "requested_by_merchant"


class RefundInvoiceInput(Input):
    """Reads POST /v1/invoices/{invoiceId}/refund."""

    path: InvoicePath
    body: RefundInvoiceBody

    def command(self) -> RefundInvoiceCommand:
        return RefundInvoiceCommand(invoice_id=self.path.invoice_id, amount=self.body.amount, reason=self.body.reason)


class RefundPath(Section):
    """Which refund."""

    refund_id: RefundIdField


class RefundQuery(PageSection):
    """Which refunds."""

    invoice_id: InvoiceIdField | None = None
    status: Annotated[RefundStatus | None, Field(strict=False)] = None


class RefundInput(Input):
    """Reads a request about one refund."""

    path: RefundPath


class ListRefundsInput(Input):
    """Reads GET /v1/refunds."""

    query: RefundQuery
