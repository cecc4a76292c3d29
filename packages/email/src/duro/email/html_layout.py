import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import final

from mjml import mjml2html

from duro.email.tag_language import TagLanguage


@final
@dataclass(frozen=True, slots=True)
class Button:
    """A button and the link behind it."""

    label: str
    link: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What stands in the layout, in plain words: the layout escapes them."""

    store_name: str
    preheader: str
    heading: str
    paragraphs: Sequence[str]
    buttons: Sequence[Button]
    footer: str


@final
class HtmlLayout:
    """The page around every default message: one column, styles inline, no images, at ease in the dark.

    The layout is MJML, turned into HTML once; words are put into that HTML, and never pass through MJML.
    """

    def __init__(self, language: TagLanguage) -> None:
        source = files("duro.email").joinpath("templates", "layout.mjml").read_text(encoding="utf-8")
        self._html = re.sub(r"\s*\n\s*", "\n", mjml2html(source, fonts={}))
        self._language = language

    def render(self, page: Page) -> str:
        return self._language.fill(
            self._html,
            {
                "store_name": page.store_name,
                "preheader": page.preheader,
                "heading": page.heading,
                "paragraphs": page.paragraphs,
                "buttons": page.buttons,
                "footer": page.footer,
            },
        )
