import re
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Final, final

from duro.email.link_rule import LinkRule

_ELEMENTS: Final = frozenset(
    "a b big blockquote body br center code div em font h1 h2 h3 h4 h5 h6 head hr html i img li meta ol p pre s small "
    "span strike strong style sub sup table tbody td tfoot th thead title tr u ul".split()
)
_ATTRIBUTES: Final = frozenset(
    "align alt aria-hidden aria-label bgcolor border cellpadding cellspacing charset class color colspan content dir "
    "face height href id lang media name role rowspan size src style target title type valign width".split()
)
_LINKS: Final = frozenset({"href", "src"})
_MAY_HOLD_TAGS: Final = frozenset({"href", "src", "alt", "title", "aria-label"})
_REACHES_OUT: Final = re.compile(r"url\s*\(|@import|expression\s*\(|javascript:|\\", re.IGNORECASE)
_MOST_ISSUES: Final = 20


@final
class HtmlRules(HTMLParser):
    """What is wrong with a merchant's HTML once its tags are filled: anything that runs, embeds, hides or misleads.

    `marks` stand where values will stand that somebody else chooses.
    """

    def __init__(self, links: LinkRule, *, mark: str) -> None:
        super().__init__(convert_charrefs=False)
        self._rule = links
        self._mark = mark
        self._issues: dict[str, None] = {}
        self._is_in_style = False

    def issues(self, html: str) -> Sequence[str]:
        self.feed(html)
        self.close()
        return tuple(self._issues)[:_MOST_ISSUES]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_in_style = tag == "style"
        if tag not in _ELEMENTS:
            self._refuse(f"may not hold the element {self._quoted(tag)}")
        for name, value in attrs:
            self._check(tag, name, value or "")

    def handle_endtag(self, tag: str) -> None:
        self._is_in_style = False
        if tag not in _ELEMENTS:
            self._refuse(f"may not hold the element {self._quoted(tag)}")

    def handle_data(self, data: str) -> None:
        if self._is_in_style and (self._mark in data or _REACHES_OUT.search(data)):
            self._refuse("may not reach out from its styles, nor hold tags in them")
        if "<" in data:
            self._refuse("holds a < that begins no element: write &lt;")

    def handle_comment(self, data: str) -> None:
        self._refuse(f"may not hold comments such as {self._quoted(data)}")

    def handle_decl(self, decl: str) -> None:
        if decl.casefold().split()[:2] != ["doctype", "html"]:
            self.unknown_decl(decl)

    def unknown_decl(self, data: str) -> None:
        self._refuse(f"may not hold the declaration {self._quoted(data)}")

    def handle_pi(self, data: str) -> None:
        self._refuse(f"may not hold the instruction {self._quoted(data)}")

    def _check(self, tag: str, name: str, value: str) -> None:
        if name not in _ATTRIBUTES or (tag == "meta" and name == "content" and "url" in value.casefold()):
            self._refuse(f"may not hold the attribute {self._quoted(name)}")
        elif name in _LINKS and not self._rule.admits(value.replace(self._mark, "")):
            self._refuse(f"has a link in {name} that {self._rule.words}")
        elif name not in _MAY_HOLD_TAGS and self._mark in value:
            self._refuse(f"may not hold a tag in the attribute {self._quoted(name)}")
        elif name == "style" and _REACHES_OUT.search(value):
            self._refuse("may not reach out from its styles, nor hold tags in them")

    def _refuse(self, issue: str) -> None:
        self._issues[issue] = None

    def _quoted(self, words: str) -> str:
        return words.replace(self._mark, "")[:40].strip()
