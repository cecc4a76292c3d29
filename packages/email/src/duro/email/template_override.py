from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True)
class TemplateOverride:
    """A merchant's own words in place of a default template: text with merge tags such as {{ pay_link }}, no more."""

    subject: str
    html: str
    text: str


@final
@dataclass(frozen=True, slots=True)
class RenderedEmail:
    """What a person will read: the same message as HTML and as plain text."""

    subject: str
    html: str
    text: str
