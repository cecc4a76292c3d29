import re
from dataclasses import dataclass
from email.headerregistry import Address
from typing import Final, final

_LOCAL_PART: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN: Final = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


class MalformedMailboxError(ValueError):
    """No mail server could be given this address."""

    def __init__(self, address: str) -> None:
        super().__init__("Expected an e-mail address such as ada@example.com.")
        self.address = address


@final
@dataclass(frozen=True, slots=True)
class Mailbox:
    """An e-mail address and the name that stands beside it."""

    address: str
    name: str = ""

    @property
    def header(self) -> Address:
        """Return it as headers hold it, the domain in ASCII. Raise MalformedMailboxError for what can't be one."""
        local_part, at, domain = self.address.rpartition("@")
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError as error:
            raise MalformedMailboxError(self.address) from error
        if not (at and len(local_part) <= 64 and _LOCAL_PART.fullmatch(local_part) and _DOMAIN.fullmatch(domain)):
            raise MalformedMailboxError(self.address)
        return Address(display_name=" ".join(self.name.split()), username=local_part, domain=domain)
