from typing import final

from duro.billing.messages import MergeTags, MessageKind
from duro.email.html_layout import Button, HtmlLayout, Page
from duro.email.link_rule import LinkRule
from duro.email.override_rules import OverrideRules
from duro.email.tag_language import TagLanguage
from duro.email.template_override import RenderedEmail, TemplateOverride
from duro.email.template_words import TemplateWords
from duro.kernel import Fault, InvalidInputError, NotFoundError


@final
class TemplateRenderer:
    """Makes what a person reads of a template and its merge tags: in the merchant's words if it can, else in ours."""

    def __init__(self, links: LinkRule) -> None:
        self._links = links
        self._plain = TagLanguage(is_html=False)
        self._escaped = TagLanguage(is_html=True)
        self._rules = OverrideRules(links, self._escaped)
        self._layout = HtmlLayout(self._escaped)
        self._words = TemplateWords.bundled()

    @property
    def templates(self) -> tuple[MessageKind, ...]:
        """The kinds of message that there is an e-mail template for."""
        return tuple(self._words)

    def faults(self, override: TemplateOverride) -> tuple[Fault, ...]:
        """Return everything that is wrong with a merchant's template."""
        return self._rules.faults(override)

    def require_sound(self, override: TemplateOverride) -> None:
        """Raise InvalidInputError with everything that is wrong with a merchant's template."""
        faults = self._rules.faults(override)
        if faults:
            raise InvalidInputError(faults)

    def render(
        self, kind: MessageKind, tags: MergeTags, override: TemplateOverride | None = None, *, reply_to: str = ""
    ) -> RenderedEmail:
        """Write the message; with somewhere for answers to go, it may ask for them.

        An override gives way to the default template if it names a tag that isn't known for this message, or isn't
        sound. Raise NotFoundError for a kind without a template and InvalidInputError for a link that may not be sent.
        """
        words = tags.words
        self._require_links(words)
        if override is not None and self._fits(override, words):
            return self._overridden(override, words)
        return self._default(kind, words | {"reply_to": reply_to})

    def _require_links(self, words: dict[str, str]) -> None:
        faults = [
            Fault(name, self._links.words)
            for name in ("update_link", "pay_link")
            if words[name] and not self._links.admits(words[name])
        ]
        if faults:
            raise InvalidInputError(faults)

    def _fits(self, override: TemplateOverride, words: dict[str, str]) -> bool:
        return not self._rules.faults(override) and all(words[name] for name in self._rules.tags(override))

    def _overridden(self, override: TemplateOverride, words: dict[str, str]) -> RenderedEmail:
        return RenderedEmail(
            subject=self._line(override.subject, words),
            html=self._escaped.fill(override.html, words),
            text=self._plain.fill(override.text, words),
        )

    def _default(self, kind: MessageKind, words: dict[str, str]) -> RenderedEmail:
        template = self._words.get(kind)
        if template is None:
            raise NotFoundError("e-mail template", kind.value)
        paragraphs = [line for each in template.paragraphs if (line := self._line(each, words))]
        buttons = [Button(each.label, words[each.link_tag]) for each in template.buttons if words[each.link_tag]]
        page = Page(
            store_name=words["store_name"],
            preheader=self._line(template.preheader, words),
            heading=self._line(template.heading, words),
            paragraphs=paragraphs,
            buttons=buttons,
            footer=self._line(template.footer, words),
        )
        links = [f"{button.label}: {button.link}" for button in buttons]
        return RenderedEmail(
            subject=self._line(template.subject, words),
            html=self._layout.render(page),
            text="\n\n".join([*paragraphs, *links, f"-- \n{page.footer}"]) + "\n",
        )

    def _line(self, source: str, words: dict[str, str]) -> str:
        return " ".join(self._plain.fill(source, words).split())
