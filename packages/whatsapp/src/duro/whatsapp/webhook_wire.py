from msgspec import Struct

from duro.whatsapp.send_wire import ErrorView


class StatusView(Struct, frozen=True):
    """One step of one message."""

    id: str
    status: str
    timestamp: str
    biz_opaque_callback_data: str = ""
    errors: list[ErrorView] = []


class ValueView(Struct, frozen=True):
    """What happened on one number."""

    statuses: list[StatusView] = []


class ChangeView(Struct, frozen=True):
    """A piece of news and what field of the account it is about."""

    field: str
    value: ValueView


class EntryView(Struct, frozen=True):
    """The news of one account."""

    changes: list[ChangeView] = []


class NoticeView(Struct, frozen=True):
    """What Meta posts to a webhook."""

    object: str
    entry: list[EntryView]
