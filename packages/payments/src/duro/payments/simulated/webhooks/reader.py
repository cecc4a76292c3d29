from typing import final

import msgspec

from duro.payments.inbound_webhook import Malformed, VerifiedNotices
from duro.payments.simulated.webhooks.notice_text import NoticeText


@final
class SimulatedNoticeReader:
    """The simulated provider's notices as they are written."""

    @property
    def name(self) -> str:
        return "simulated"

    def read(self, body: bytes) -> VerifiedNotices | Malformed:
        try:
            return VerifiedNotices((NoticeText.read(body),))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as trouble:
            return Malformed(str(trouble) or type(trouble).__name__)
