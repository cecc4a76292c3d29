from msgspec import Raw, Struct

from duro.whatsapp.send_wire import ErrorView


class StatusView(Struct, frozen=True):
    """One step of one message."""

    id: str
    status: str
    timestamp: str
    biz_opaque_callback_data: str = ""
    errors: list[ErrorView] = []


class TextView(Struct, frozen=True):
    """What somebody typed."""

    body: str = ""


class ButtonView(Struct, frozen=True):
    """The label of a button that somebody pressed."""

    text: str = ""


class WrittenView(Struct, frozen=True, rename={"sender": "from"}):
    """Something that somebody wrote to the number."""

    sender: str
    text: TextView = TextView()
    button: ButtonView = ButtonView()


class ValueView(Struct, frozen=True):
    """What happened on one number, piece by piece."""

    statuses: list[Raw] = []
    messages: list[Raw] = []


class ChangeView(Struct, frozen=True):
    """A piece of news and what field of the account it is about."""

    field: str
    value: Raw = Raw(b"{}")


class EntryView(Struct, frozen=True):
    """The news of one account."""

    changes: list[ChangeView] = []


class NoticeView(Struct, frozen=True):
    """What Meta posts to a webhook."""

    object: str
    entry: list[EntryView]
