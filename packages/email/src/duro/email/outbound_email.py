from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import final

from whenever import Instant

from duro.email.mailbox import Mailbox


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundEmail:
    """One e-mail to one person; the same value is the same letter to the byte, its Message-ID included.

    The reference is ours and used for one cause only: letters, digits, hyphens and underscores.
    """

    reference: str
    written_at: Instant
    to: Mailbox
    sender: Mailbox
    subject: str
    html: str
    text: str
    reply_to: Mailbox | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
