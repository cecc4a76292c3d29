import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Final, final
from unicodedata import normalize

from jinja2 import TemplateSyntaxError, nodes

from duro.billing.messages import MergeTags
from duro.email.html_rules import HtmlRules
from duro.email.link_rule import LinkRule
from duro.email.tag_language import TagLanguage
from duro.email.template_override import TemplateOverride
from duro.kernel import Fault

_MARK: Final = "\ue000"
_LINK_TAGS: Final = frozenset({"update_link", "pay_link"})
_TAGS: Final = frozenset(MergeTags.names())
_LONGEST: Final = {"subject": 200, "html": 100_000, "text": 20_000}
_FORBIDDEN: Final = re.compile(r"\b(?:lost|stolen|fraud\w{0,20})\b", re.IGNORECASE)
_ELEMENT: Final = re.compile(r"<[^<>]{0,2000}>|\{#.*?#\}", re.DOTALL)
_UNSEEN: Final = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_MOST_WORDS: Final = 5
_TEXT_AND_TAGS: Final = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name)


@final
@dataclass(frozen=True, slots=True)
class OverrideRules:
    """What a merchant's own template may be, and everything that is wrong with one."""

    links: LinkRule
    language: TagLanguage

    def faults(self, template: TemplateOverride) -> tuple[Fault, ...]:
        parts = {"subject": template.subject, "html": template.html, "text": template.text}
        return tuple(Fault(path, issue) for path, source in parts.items() for issue in self._issues(path, source))

    def tags(self, template: TemplateOverride) -> frozenset[str]:
        """Return the tags that a sound template names."""
        parsed = (self._parse(source) for source in (template.subject, template.html, template.text))
        return frozenset(name.name for part in parsed for name in part.find_all(nodes.Name))

    def _issues(self, path: str, source: str) -> Iterator[str]:
        if not source.strip():
            yield "is required"
        if len(source) > _LONGEST[path]:
            yield f"is at most {_LONGEST[path]} characters long"
            return
        if path == "subject" and not source.isprintable():
            yield "is one line"
        for word in self._unsaid(source):
            yield f"may not say {word}"
        try:
            parsed = self._parse(source)
        except TemplateSyntaxError as error:
            yield f"has a tag that can't be read in line {error.lineno}"
            return
        wrong = [*self._wrong_tags(parsed)]
        yield from wrong
        if path == "html" and not wrong:
            filled = self.language.fill(source, self._marked_values())
            yield from HtmlRules(self.links, mark=_MARK).issues(filled)

    @staticmethod
    def _unsaid(source: str) -> Sequence[str]:
        """Find the words that no payer is told, however they are written."""
        shown = normalize("NFKC", _UNSEEN.sub("", unescape(_ELEMENT.sub("", source))))
        found = {word.casefold() for said in (source, shown) for word in _FORBIDDEN.findall(said)}
        return sorted(found)[:_MOST_WORDS]

    @staticmethod
    def _wrong_tags(parsed: nodes.Template) -> Iterator[str]:
        if any(not isinstance(node, _TEXT_AND_TAGS) for node in parsed.find_all(nodes.Node)):
            yield "may hold text and tags such as {{ pay_link }} and nothing else in braces"
        for name in sorted({name.name for name in parsed.find_all(nodes.Name)} - _TAGS):
            yield f"names the tag {name[:40]}, which doesn't exist"

    @staticmethod
    def _marked_values() -> dict[str, str]:
        """Stand for values that others choose, so that one in a place where it could do harm is seen there."""
        links = dict.fromkeys(_LINK_TAGS, f"https://link.example/{_MARK}")
        return {name: f"z{_MARK} {name} {_MARK}" for name in _TAGS} | links

    def _parse(self, source: str) -> nodes.Template:
        return self.language.environment.parse(source)
