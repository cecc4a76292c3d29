"""How e-mails are written and how they leave."""

from duro.email.console_mailer import ConsoleMailer
from duro.email.link_rule import LinkRule
from duro.email.mailbox import Mailbox, MalformedMailboxError
from duro.email.mailer import Mailer
from duro.email.outbound_email import OutboundEmail
from duro.email.payer_format import PayerFormat
from duro.email.recording_mailer import RecordingMailer
from duro.email.smtp_mailer import SmtpMailer
from duro.email.smtp_settings import SmtpSecurity, SmtpSettings
from duro.email.template_override import RenderedEmail, TemplateOverride
from duro.email.template_renderer import TemplateRenderer

__all__ = [
    "ConsoleMailer",
    "LinkRule",
    "Mailbox",
    "Mailer",
    "MalformedMailboxError",
    "OutboundEmail",
    "PayerFormat",
    "RecordingMailer",
    "RenderedEmail",
    "SmtpMailer",
    "SmtpSecurity",
    "SmtpSettings",
    "TemplateOverride",
    "TemplateRenderer",
]
