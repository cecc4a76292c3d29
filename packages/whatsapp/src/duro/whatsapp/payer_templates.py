import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import NotRequired, TypedDict, cast, final

from duro.billing.messages import MergeTags, MessageKind
from duro.whatsapp.template_message import TemplateMessage


class _ButtonRow(TypedDict):
    label: str
    link: str


class _Row(TypedDict):
    words: str
    tags: list[str]
    button: NotRequired[_ButtonRow]


@final
@dataclass(frozen=True, slots=True)
class PayerTemplate:
    """A template as Meta approves it: its words, the tags that fill its places, and the button's label and link tag."""

    words: str
    tags: tuple[str, ...]
    button_label: str | None
    button_tag: str | None


@final
class PayerTemplates:
    """Which approved template tells what, and what fills it.

    A template's name at Meta is the prefix and the kind. The links of its buttons all begin with `link_base`, which is
    approved with it; only what follows is sent.
    """

    def __init__(self, *, link_base: str, language: str = "en", prefix: str = "duro_") -> None:
        self._link_base = link_base
        self._language = language
        self._prefix = prefix
        table = tomllib.loads(files("duro.whatsapp").joinpath("payer_templates.toml").read_text(encoding="utf-8"))
        self._otherwise = cast("Mapping[str, str]", table.pop("otherwise"))
        rows = cast("Mapping[str, _Row]", table)
        self.templates: Mapping[MessageKind, PayerTemplate] = {
            MessageKind(name): self._template(row) for name, row in rows.items()
        }

    def message(
        self, kind: MessageKind, tags: MergeTags, *, reference: str, to: str, name: str | None = None
    ) -> TemplateMessage | None:
        """Return the message, by the template of that name rather than ours if one is given.

        None if there is no template, a tag isn't known, or the link isn't under the base.
        """
        template = self.templates.get(kind)
        if template is None:
            return None
        words = tags.words
        body = tuple(words[tag] or self._otherwise.get(tag, "") for tag in template.tags)
        button = None if template.button_tag is None else self._ending(words[template.button_tag])
        if not all(body) or button == "":
            return None
        return TemplateMessage(
            reference=reference,
            to=to,
            template=name or f"{self._prefix}{kind.value}",
            language=self._language,
            body=body,
            button=button,
        )

    def _ending(self, link: str) -> str:
        return link.removeprefix(self._link_base) if link.startswith(self._link_base) else ""

    @staticmethod
    def _template(row: _Row) -> PayerTemplate:
        button = row.get("button")
        return PayerTemplate(
            words=row["words"],
            tags=tuple(row["tags"]),
            button_label=button["label"] if button else None,
            button_tag=button["link"] if button else None,
        )
