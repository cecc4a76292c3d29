from collections.abc import Callable

import pytest
from whenever import Instant

from duro.email import Mailbox, OutboundEmail


@pytest.fixture
def letter() -> Callable[..., OutboundEmail]:
    """Write an e-mail to Ngozi; any field may be given instead."""

    def write(**given: object) -> OutboundEmail:
        usual = {
            "reference": "01jq3yd4c8f9sr7nq2v0m5k6ab",
            "written_at": Instant.from_utc(2026, 3, 31, 9),
            "to": Mailbox("ngozi@example.com", "Ngozi Okafor"),
            "sender": Mailbox("billing@shop.example", "Ada's Kitchen"),
            "subject": "Your receipt: ₦5,000.00",
            "html": "<p>Thank you, Ngozi — ₦5,000.00</p>",
            "text": "Thank you, Ngozi — ₦5,000.00\n.\nFrom us.\n",
        }
        return OutboundEmail(**{**usual, **given})

    return write
