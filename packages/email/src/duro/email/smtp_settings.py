from dataclasses import dataclass, field
from enum import StrEnum
from typing import final

from duro.kernel import Environment


class SmtpSecurity(StrEnum):
    """How the way to the mail server is kept private."""

    STARTTLS = "starttls"
    TLS = "tls"
    PLAIN = "plain"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """A mail server, how to speak to it, and how long one e-mail may take from first to last."""

    host: str
    port: int
    security: SmtpSecurity = SmtpSecurity.STARTTLS
    username: str = ""
    password: str = field(default="", repr=False)
    timeout_seconds: float = 30
    connections: int = 10

    @classmethod
    def read(cls, read: Environment) -> "SmtpSettings":
        """Read the DURO_SMTP_ variables; every fault is left with the environment."""
        chosen = read.choice("DURO_SMTP_SECURITY", SmtpSecurity.STARTTLS, tuple(SmtpSecurity))
        security = SmtpSecurity(chosen) if chosen in tuple(SmtpSecurity) else SmtpSecurity.STARTTLS
        usual_port = {SmtpSecurity.STARTTLS: 587, SmtpSecurity.TLS: 465, SmtpSecurity.PLAIN: 25}[security]
        settings = cls(
            host=read.required("DURO_SMTP_HOST"),
            port=read.whole("DURO_SMTP_PORT", usual_port, least=1, most=65_535),
            security=security,
            username=read.text("DURO_SMTP_USERNAME", ""),
            password=read.text("DURO_SMTP_PASSWORD", ""),
            timeout_seconds=read.whole("DURO_SMTP_TIMEOUT_SECONDS", 30, least=1, most=300),
            connections=read.whole("DURO_SMTP_CONNECTIONS", 10, least=1, most=100),
        )
        if bool(settings.username) != bool(settings.password):
            read.refuse("DURO_SMTP_PASSWORD", "and DURO_SMTP_USERNAME are set together")
        if settings.password and security is SmtpSecurity.PLAIN:
            read.refuse("DURO_SMTP_SECURITY", "is starttls or tls where there is a password")
        return settings
