import json
import os
import secrets
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Self, cast, final

from duro.cli.errors import CommandError


class SecretsUnreadableError(CommandError):
    """The secrets file is not what this command wrote."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} can't be read as the secrets of this folder; restore it or move it aside.")


@final
@dataclass(frozen=True, slots=True)
class Secrets:
    """What this folder's Duro must remember and nobody else may read.

    Role passwords, the demo merchant's key, what the gateway simulator's notices and payers' links are signed with, and
    what cards are told apart with.
    """

    role_passwords: dict[str, str] = field(default_factory=dict[str, str])
    demo_api_key: str | None = None
    gateway_webhook_secret: str | None = None
    link_key: str | None = None
    card_key: str | None = None

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return what the file holds, nothing when there is none. Raise SecretsUnreadableError when it is damaged."""
        if not path.exists():
            return cls()
        try:
            raw = cast("dict[str, object]", json.loads(path.read_text()))
            passwords = cast("dict[str, str]", raw["role_passwords"])
            key = raw["demo_api_key"]
            webhook, link_key = raw.get("gateway_webhook_secret"), raw.get("link_key")
            card_key = raw.get("card_key")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SecretsUnreadableError(path) from error
        return cls(
            role_passwords=dict(passwords),
            demo_api_key=None if key is None else str(key),
            gateway_webhook_secret=None if webhook is None else str(webhook),
            link_key=None if link_key is None else str(link_key),
            card_key=None if card_key is None else str(card_key),
        )

    def with_passwords_for(self, *roles: str) -> "Secrets":
        """Return secrets in which every role has a password; those it has stay."""
        passwords = {role: self.role_passwords.get(role) or secrets.token_urlsafe(32) for role in roles}
        return replace(self, role_passwords=self.role_passwords | passwords)

    def with_gateway_webhook_secret(self) -> "Secrets":
        """Return secrets in which the gateway simulator has one to sign with; the one it has stays."""
        return replace(self, gateway_webhook_secret=self.gateway_webhook_secret or secrets.token_urlsafe(32))

    def with_link_key(self) -> "Secrets":
        """Return secrets in which payers' links have a key to be signed with; the one they have stays."""
        return replace(self, link_key=self.link_key or secrets.token_urlsafe(32))

    def with_card_key(self) -> "Secrets":
        """Return secrets in which there is a key to tell cards apart with; the one there is stays."""
        return replace(self, card_key=self.card_key or secrets.token_urlsafe(32))

    def with_demo_api_key(self, key: str) -> "Secrets":
        return replace(self, demo_api_key=key)

    def write(self, path: Path) -> None:
        """Replace the file as a whole, readable by its owner alone."""
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(self), file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
