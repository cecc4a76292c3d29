"""Merchants' own words for what their payers are told."""

from duro.merchant_api.message_templates.put_message_template import PutMessageTemplate, PutMessageTemplateCommand
from duro.merchant_api.message_templates.read_message_templates import GetMessageTemplate, ListMessageTemplates
from duro.merchant_api.message_templates.remove_message_template import RemoveMessageTemplate

__all__ = [
    "GetMessageTemplate",
    "ListMessageTemplates",
    "PutMessageTemplate",
    "PutMessageTemplateCommand",
    "RemoveMessageTemplate",
]
