"""How WhatsApp messages leave, and what is told of them afterwards."""

from duro.whatsapp.cloud_api_messenger import CloudApiMessenger
from duro.whatsapp.cloud_api_settings import CloudApiSettings
from duro.whatsapp.console_messenger import ConsoleMessenger
from duro.whatsapp.error_codes import ErrorCodes
from duro.whatsapp.message_status import MessageStatus, Progress
from duro.whatsapp.messenger import Messenger
from duro.whatsapp.payer_templates import PayerTemplate, PayerTemplates
from duro.whatsapp.recording_messenger import RecordingMessenger
from duro.whatsapp.status_webhook import ForgedNoticeError, StatusWebhook, UnreadableNoticeError
from duro.whatsapp.template_message import TemplateMessage
from duro.whatsapp.whatsapp_notice import PayerWish, WhatsAppNotice, Wish

__all__ = [
    "CloudApiMessenger",
    "CloudApiSettings",
    "ConsoleMessenger",
    "ErrorCodes",
    "ForgedNoticeError",
    "MessageStatus",
    "Messenger",
    "PayerTemplate",
    "PayerTemplates",
    "PayerWish",
    "Progress",
    "RecordingMessenger",
    "StatusWebhook",
    "TemplateMessage",
    "UnreadableNoticeError",
    "WhatsAppNotice",
    "Wish",
]
