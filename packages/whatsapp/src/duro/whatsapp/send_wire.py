import re
from typing import Final, Literal

from msgspec import Struct

from duro.whatsapp.template_message import TemplateMessage

_PHONE: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_TEMPLATE: Final = re.compile(r"[a-z0-9_]{1,512}")
_REFERENCE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


class TextParameter(Struct, frozen=True, tag_field="type", tag="text"):
    """Words for one place of a template."""

    text: str


class BodyComponent(Struct, frozen=True, tag_field="type", tag="body"):
    """The places in the words of a template, in order."""

    parameters: list[TextParameter]


class ButtonComponent(Struct, frozen=True, tag_field="type", tag="button"):
    """The end of the link behind a template's first button."""

    parameters: list[TextParameter]
    sub_type: Literal["url"] = "url"
    index: Literal["0"] = "0"


class LanguageBody(Struct, frozen=True):
    """The language a template was approved in, exactly as it was named."""

    code: str


class TemplateBody(Struct, frozen=True):
    """A template with its places filled."""

    name: str
    language: LanguageBody
    components: list[BodyComponent | ButtonComponent]


class SendBody(Struct, frozen=True, kw_only=True):
    """A message as the Cloud API is asked to send it."""

    messaging_product: Literal["whatsapp"] = "whatsapp"
    recipient_type: Literal["individual"] = "individual"
    to: str
    type: Literal["template"] = "template"
    template: TemplateBody
    biz_opaque_callback_data: str

    @classmethod
    def of(cls, message: TemplateMessage) -> "SendBody":
        """Write a message down; words for a place stay on one line, as Meta wants them."""
        components: list[BodyComponent | ButtonComponent] = []
        if message.body:
            components.append(BodyComponent([cls._place(words) for words in message.body]))
        if message.button is not None:
            components.append(ButtonComponent([cls._place(message.button)]))
        return cls(
            to=message.to.removeprefix("+"),
            template=TemplateBody(message.template, LanguageBody(message.language), components),
            biz_opaque_callback_data=message.reference,
        )

    @classmethod
    def fault_of(cls, message: TemplateMessage) -> Literal["phone", "template", "reference", "empty place"] | None:
        """Name what no server needs to be asked about."""
        if not _PHONE.fullmatch(message.to):
            return "phone"
        if not _TEMPLATE.fullmatch(message.template):
            return "template"
        if not _REFERENCE.fullmatch(message.reference):
            return "reference"
        places = (*message.body, *(() if message.button is None else (message.button,)))
        return None if all(words.strip() for words in places) else "empty place"

    @staticmethod
    def _place(words: str) -> TextParameter:
        return TextParameter(" ".join(words.split()))


class SentMessage(Struct, frozen=True):
    """A message that Meta has accepted; whether it arrives is told by a webhook."""

    id: str


class SentReply(Struct, frozen=True):
    """What the Cloud API answers when it has accepted a message."""

    messages: list[SentMessage]


class ErrorDetail(Struct, frozen=True):
    """What Meta adds to an error."""

    details: str = ""


class ErrorView(Struct, frozen=True):
    """An error as the Cloud API names it, in answers and in webhooks; only its code counts."""

    code: int
    message: str = ""
    title: str = ""
    error_data: ErrorDetail = ErrorDetail()

    @property
    def words(self) -> str:
        return self.error_data.details or self.message or self.title


class ErrorReply(Struct, frozen=True):
    """What the Cloud API answers when it hasn't accepted a message."""

    error: ErrorView
