from collections.abc import Sequence

from msgspec import Struct

from duro.db.message_templates import LetterWords, MessageTemplate, TemplateSummary
from duro.public_api.wire import Written


class LetterView(Struct, frozen=True, rename="camel"):
    """A merchant's own letter."""

    subject: str
    html: str
    text: str

    @classmethod
    def of(cls, letter: LetterWords) -> "LetterView":
        return cls(subject=letter.subject, html=letter.html, text=letter.text)


class MessageTemplateView(Struct, frozen=True, rename="camel"):
    """A merchant's own words for a kind of message; what is null is told in the usual ones."""

    kind: str
    email: LetterView | None
    whatsapp_template: str | None
    updated_at: str | None

    @classmethod
    def of(cls, template: MessageTemplate) -> "MessageTemplateView":
        return cls(
            kind=template.kind.value,
            email=None if template.letter is None else LetterView.of(template.letter),
            whatsapp_template=template.whatsapp_template,
            updated_at=Written.optional(template.updated_at),
        )


class TemplateSummaryView(Struct, frozen=True, rename="camel"):
    """Whether a kind of message is told in a merchant's own words; what is null is told in the usual ones."""

    kind: str
    subject: str | None
    whatsapp_template: str | None
    updated_at: str | None

    @classmethod
    def of(cls, summary: TemplateSummary) -> "TemplateSummaryView":
        return cls(
            kind=summary.kind.value,
            subject=summary.subject,
            whatsapp_template=summary.whatsapp_template,
            updated_at=Written.optional(summary.updated_at),
        )


class TemplateSummariesView(Struct, frozen=True, rename="camel"):
    """Every kind of message that merchants may put in their own words."""

    items: list[TemplateSummaryView]

    @classmethod
    def of(cls, summaries: Sequence[TemplateSummary]) -> "TemplateSummariesView":
        return cls([TemplateSummaryView.of(summary) for summary in summaries])
