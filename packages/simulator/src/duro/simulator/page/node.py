from dataclasses import dataclass
from html import escape
from typing import ClassVar, final


@final
@dataclass(frozen=True, slots=True)
class Node:
    """A piece of a page: an element with its attributes and what is in it. What is written out is escaped."""

    VOID: ClassVar[frozenset[str]] = frozenset({"meta", "br", "hr"})
    RAW: ClassVar[frozenset[str]] = frozenset({"style"})

    tag: str
    attributes: tuple[tuple[str, str], ...]
    children: "tuple[Node | str, ...]"

    @classmethod
    def of(cls, tag: str, *children: "Node | str", **attributes: str | float) -> "Node":
        """Make an element; `class_` stands for the attribute class, `stroke_width` for stroke-width."""
        named = tuple((name.rstrip("_").replace("_", "-"), cls._text(value)) for name, value in attributes.items())
        return cls(tag, named, children)

    def as_html(self) -> str:
        attributes = "".join(f' {name}="{escape(value)}"' for name, value in self.attributes)
        if self.tag in self.VOID:
            return f"<{self.tag}{attributes}>"
        inside = "".join(self._child(child) for child in self.children)
        return f"<{self.tag}{attributes}>{inside}</{self.tag}>"

    def _child(self, child: "Node | str") -> str:
        if isinstance(child, Node):
            return child.as_html()
        return child if self.tag in self.RAW else escape(child, quote=False)

    @staticmethod
    def _text(value: str | float) -> str:
        return value if isinstance(value, str) else f"{value:.6g}"
