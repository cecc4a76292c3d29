from typing import Annotated, final

from pydantic import AfterValidator, Field

from duro.billing.messages import MessageKind
from duro.db.message_templates import LetterWords
from duro.http_kit.inputs import Input, Section
from duro.merchant_api.message_templates import PutMessageTemplateCommand


@final
class PayerKind:
    """Reads a kind of message that merchants may put in their own words."""

    @staticmethod
    def read(kind: MessageKind) -> MessageKind:
        if not kind.is_of_merchants:
            message = "Isn't told in a merchant's words."
            raise ValueError(message)
        return kind


class MessageKindPath(Section):
    """Which kind of message."""

    kind: Annotated[MessageKind, Field(strict=False), AfterValidator(PayerKind.read)]


class LetterBody(Section):
    """A letter in words and merge tags such as `{{ customer_name }}`: all three parts say the same."""

    subject: str
    html: str
    text: str

    def words(self) -> LetterWords:
        return LetterWords(subject=self.subject, html=self.html, text=self.text)


class PutMessageTemplateBody(Section):
    """The merchant's own words: a letter, the name of a template that Meta has approved, or both."""

    email: LetterBody | None = None
    whatsapp_template: str | None = None


class MessageTemplatesInput(Input):
    """Reads GET /v1/settings/messages."""


class MessageTemplateInput(Input):
    """Reads a request about the words of one kind of message."""

    path: MessageKindPath


class PutMessageTemplateInput(Input):
    """Reads PUT /v1/settings/messages/{kind}."""

    path: MessageKindPath
    body: PutMessageTemplateBody

    def command(self) -> PutMessageTemplateCommand:
        email = self.body.email
        return PutMessageTemplateCommand(
            kind=self.path.kind,
            letter=None if email is None else email.words(),
            whatsapp_template=self.body.whatsapp_template,
        )
