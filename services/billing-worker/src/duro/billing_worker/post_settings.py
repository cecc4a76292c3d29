from dataclasses import dataclass, field
from typing import Final, Self, final

from duro.email import LinkRule, Mailbox, MalformedMailboxError, SmtpSettings
from duro.kernel import Environment
from duro.merchant_api.messages import PersonKeys
from duro.merchant_api.payer_links import LinkSettings
from duro.whatsapp import CloudApiSettings

_DEVELOPMENT_SENDER: Final = "billing@duro.example"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PostSettings:
    """How messages leave: who sends them, where their links lead, by which servers, and the keys that sign and count.

    Without any server they are shown on this process's terminal; so are those of test mode unless it is told to send.
    """

    sender: str
    link_base: str
    link_keys: tuple[bytes, ...] = field(repr=False)
    person_keys: PersonKeys
    smtp: SmtpSettings | None
    whatsapp: CloudApiSettings | None
    is_test_sent: bool
    links: LinkRule

    @classmethod
    def read(cls, read: Environment, *, is_development: bool) -> Self:
        """Read the DURO_ variables about messages; every fault is left with the environment."""
        has_smtp = bool(read.text("DURO_SMTP_HOST", ""))
        has_whatsapp = bool(read.text("DURO_WHATSAPP_PHONE_NUMBER_ID", ""))
        sender = read.required("DURO_MAIL_FROM") if has_smtp else read.text("DURO_MAIL_FROM", _DEVELOPMENT_SENDER)
        links = LinkSettings.read(read, is_development=is_development)
        settings = cls(
            sender=sender,
            link_base=links.base,
            link_keys=links.keys,
            person_keys=PersonKeys.read(read, is_development=is_development),
            smtp=SmtpSettings.read(read) if has_smtp else None,
            whatsapp=CloudApiSettings.read(read) if has_whatsapp else None,
            is_test_sent=read.choice("DURO_TEST_MESSAGES", "show", ("show", "send")) == "send",
            links=links.rule,
        )
        cls._check_sender(read, sender)
        return settings

    @property
    def at_once(self) -> int | None:
        """How many messages can be on their way at the same time; None where they only go to the terminal.

        What is taken on beyond that waits in this process, and nobody could say of it whether it left if that died.
        """
        servers = (self.smtp, self.whatsapp)
        return sum(server.connections for server in servers if server is not None) or None

    @staticmethod
    def _check_sender(read: Environment, sender: str) -> None:
        try:
            _ = Mailbox(sender).header if sender else None
        except MalformedMailboxError:
            read.refuse("DURO_MAIL_FROM", "is an e-mail address")
