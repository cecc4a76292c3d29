from collections.abc import Mapping
from typing import ClassVar, final


@final
class MessageTemplateExamples:
    """A merchant's own words as the document shows them."""

    BODY: ClassVar[Mapping[str, object]] = {
        "email": {
            "subject": "{{ customer_name }}, we couldn't take {{ amount }}",
            "html": "<p>Dear {{ customer_name }},</p><p><a href='{{ pay_link }}'>Pay {{ amount }}</a></p>",
            "text": "Dear {{ customer_name }},\n\nPay {{ amount }} here: {{ pay_link }}\n",
        },
        "whatsappTemplate": None,
    }
    VIEW: ClassVar[Mapping[str, object]] = {"kind": "dunning_1", **BODY, "updatedAt": "2026-02-03T09:00:00Z"}
    USUAL: ClassVar[Mapping[str, object]] = {
        "kind": "dunning_1",
        "email": None,
        "whatsappTemplate": None,
        "updatedAt": None,
    }
    LIST: ClassVar[Mapping[str, object]] = {
        "items": [
            {
                "kind": "dunning_1",
                "subject": "{{ customer_name }}, we couldn't take {{ amount }}",
                "whatsappTemplate": None,
                "updatedAt": "2026-02-03T09:00:00Z",
            },
            {"kind": "dunning_2", "subject": None, "whatsappTemplate": None, "updatedAt": None},
        ]
    }
