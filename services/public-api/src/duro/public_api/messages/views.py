from msgspec import Struct

from duro.db.message_rows import Message
from duro.db.pages import Page
from duro.public_api.wire import PageView, Written


class MessageView(Struct, frozen=True, rename="camel"):
    """Something a payer is told; of an `unknown` one nobody can say whether it left, and it isn't sent again."""

    id: str
    kind: str
    customer_id: str
    subscription_id: str | None
    invoice_id: str | None
    status: str
    channel: str | None
    outcome: str | None
    send_at: str | None
    created_at: str
    settled_at: str | None

    @classmethod
    def of(cls, message: Message) -> "MessageView":
        return cls(
            id=str(message.id),
            kind=message.kind.value,
            customer_id=str(message.customer_id),
            subscription_id=None if message.subscription_id is None else str(message.subscription_id),
            invoice_id=None if message.invoice_id is None else str(message.invoice_id),
            status=message.status.value,
            channel=None if message.channel is None else message.channel.value,
            outcome=message.outcome,
            send_at=Written.optional(message.send_at),
            created_at=Written.instant(message.created_at),
            settled_at=Written.optional(message.settled_at),
        )


class MessagePage(PageView[MessageView], frozen=True, rename="camel"):
    """One page of messages."""

    @classmethod
    def of(cls, page: Page[Message]) -> "MessagePage":
        return cls([MessageView.of(message) for message in page.items], page.has_more, page.next_cursor)
