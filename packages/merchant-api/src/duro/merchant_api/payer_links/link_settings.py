from dataclasses import dataclass, field
from typing import Final, Self, final

from duro.crypto import LinkSigner
from duro.email import LinkRule
from duro.kernel import Environment

_SHORTEST_KEY: Final = 32
_DEVELOPMENT_KEY: Final = "links are signed with this key while developing"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSettings:
    """Where payers' pages are, the keys that sign the links to them, and what a link may look like at all.

    Without a base nobody is sent a link. Without a key nobody can open one, except in development, which has a key
    that everybody knows.
    """

    base: str = ""
    keys: tuple[bytes, ...] = field(repr=False, default=())
    rule: LinkRule

    @classmethod
    def read(cls, read: Environment, *, is_development: bool) -> Self:
        """Read DURO_LINK_BASE and DURO_LINK_KEY; every fault is left with the environment."""
        rule, base = LinkRule(is_development=is_development), read.text("DURO_LINK_BASE", "")
        if base and not (base.endswith("/") and rule.admits(base)):
            read.refuse("DURO_LINK_BASE", f"{rule.words} that ends in /")
        usual = _DEVELOPMENT_KEY if is_development else ""
        given = read.text("DURO_LINK_KEY", usual) if is_development or not base else read.required("DURO_LINK_KEY")
        keys = tuple(key for part in given.split(",") if (key := part.strip()))
        if any(len(key) < _SHORTEST_KEY for key in keys):
            read.refuse("DURO_LINK_KEY", f"has at least {_SHORTEST_KEY} characters")
        return cls(base=base, keys=tuple(key.encode() for key in keys), rule=rule)

    @property
    def signer(self) -> LinkSigner | None:
        """What reads links; None where nobody can have been given one."""
        return LinkSigner(self.keys) if self.keys else None
