import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import TypedDict, cast, final

from duro.billing.messages import MessageKind


class _ButtonRow(TypedDict):
    label: str
    link: str


class _Row(TypedDict):
    subject: str
    preheader: str
    heading: str
    footer: str
    paragraphs: list[str]
    buttons: list[_ButtonRow]


@final
@dataclass(frozen=True, slots=True)
class ButtonWords:
    """What a button says, and the merge tag of the link behind it."""

    label: str
    link_tag: str


@final
@dataclass(frozen=True, slots=True)
class TemplateWords:
    """The words of one default template, with their merge tags still in them."""

    subject: str
    preheader: str
    heading: str
    paragraphs: tuple[str, ...]
    buttons: tuple[ButtonWords, ...]
    footer: str

    @classmethod
    def bundled(cls) -> Mapping[MessageKind, "TemplateWords"]:
        """Read the words that come with this package."""
        table = tomllib.loads(files("duro.email").joinpath("templates", "words.toml").read_text(encoding="utf-8"))
        footers = cast("Mapping[str, str]", table.pop("footer"))
        rows = cast("Mapping[str, _Row]", table)
        return {MessageKind(name): cls._of(row, footers) for name, row in rows.items()}

    @classmethod
    def _of(cls, row: _Row, footers: Mapping[str, str]) -> "TemplateWords":
        return cls(
            subject=row["subject"],
            preheader=row["preheader"],
            heading=row["heading"],
            paragraphs=tuple(row["paragraphs"]),
            buttons=tuple(ButtonWords(button["label"], button["link"]) for button in row["buttons"]),
            footer=footers[row["footer"]],
        )
