from msgspec import Struct

from duro.db.credit_rows import CreditEntry
from duro.db.records import JournalCause
from duro.merchant_api.credit import CreditStatement
from duro.public_api.wire import PageView, Written


class CreditEntryView(Struct, frozen=True, rename="camel"):
    """One movement of a credit balance, in minor units: what is added is positive, what an invoice used negative."""

    id: str
    cause: JournalCause
    invoice_id: str | None
    amount: int
    reason: str | None
    created_at: str

    @classmethod
    def of(cls, entry: CreditEntry) -> "CreditEntryView":
        return cls(
            id=str(entry.id),
            cause=entry.cause,
            invoice_id=None if entry.invoice_id is None else str(entry.invoice_id),
            amount=entry.amount.amount,
            reason=entry.reason,
            created_at=Written.instant(entry.created_at),
        )


class CreditView(PageView[CreditEntryView], frozen=True, rename="camel", kw_only=True):
    """The credit balance of a subscription in minor units, and a page of what moved it."""

    subscription_id: str
    balance: int
    currency: str

    @classmethod
    def of(cls, statement: CreditStatement) -> "CreditView":
        balance, entries = statement.subscription.balance, statement.entries
        return cls(
            subscription_id=str(statement.subscription.id),
            balance=balance.amount,
            currency=balance.currency.code,
            items=[CreditEntryView.of(entry) for entry in entries.items],
            has_more=entries.has_more,
            next_cursor=entries.next_cursor,
        )
