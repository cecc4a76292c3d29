from duro.http_kit.fields import CustomerIdField, MessageIdField, SubscriptionIdField
from duro.http_kit.inputs import Input, PageSection, Section


class MessagePath(Section):
    """Which message."""

    message_id: MessageIdField


class MessageQuery(PageSection):
    """Which messages."""

    customer_id: CustomerIdField | None = None
    subscription_id: SubscriptionIdField | None = None


class MessageInput(Input):
    """Reads a request about one message."""

    path: MessagePath


class ListMessagesInput(Input):
    """Reads GET /v1/messages."""

    query: MessageQuery
