"""What payers are told: written down with what happened, sent by a job, at most once."""

from duro.merchant_api.messages.back_off import BackOff
from duro.merchant_api.messages.message_claims import MessageClaims
from duro.merchant_api.messages.message_drafts import MessageDrafts
from duro.merchant_api.messages.message_post import MessagePost
from duro.merchant_api.messages.message_service import MessageService
from duro.merchant_api.messages.message_settlement import MessageSettlement
from duro.merchant_api.messages.message_writer import MessageWriter, Stationery
from duro.merchant_api.messages.person_keys import PersonKeys
from duro.merchant_api.messages.read_messages import GetMessage, ListMessages
from duro.merchant_api.messages.reminder_service import ReminderService
from duro.merchant_api.messages.telling import Setback, Telling, TellingOutcome
from duro.merchant_api.messages.transports import Transports
from duro.merchant_api.messages.whatsapp_news import ModeNews, WhatsAppNews

__all__ = [
    "BackOff",
    "GetMessage",
    "ListMessages",
    "MessageClaims",
    "MessageDrafts",
    "MessagePost",
    "MessageService",
    "MessageSettlement",
    "MessageWriter",
    "ModeNews",
    "PersonKeys",
    "ReminderService",
    "Setback",
    "Stationery",
    "Telling",
    "TellingOutcome",
    "Transports",
    "WhatsAppNews",
]
