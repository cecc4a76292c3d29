from typing import Annotated

from pydantic import Field

from duro.db.records import AttemptStatus
from duro.http_kit.fields import InvoiceIdField, SubscriptionIdField, TransactionIdField
from duro.http_kit.inputs import Input, PageSection, Section


class TransactionPath(Section):
    """Which transaction."""

    transaction_id: TransactionIdField


class TransactionQuery(PageSection):
    """Which transactions."""

    invoice_id: InvoiceIdField | None = None
    subscription_id: SubscriptionIdField | None = None
    status: Annotated[AttemptStatus | None, Field(strict=False)] = None


class TransactionInput(Input):
    """Reads a request about one transaction."""

    path: TransactionPath


class ListTransactionsInput(Input):
    """Reads GET /v1/transactions."""

    query: TransactionQuery
