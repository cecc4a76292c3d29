from collections.abc import Sequence
from typing import final

from duro.db.kept_notices import KeptReason
from duro.kernel import NotFoundError
from duro.merchant_api.inbound.doubt import Doubt
from duro.merchant_api.inbound.notice_desk import NoticeDesk
from duro.payments import Malformed, NoticeReader, OtherNotice, VerifiedNotices


@final
class ActAgain:
    """Acts once more on what a provider told and nobody could act on: it was verified when it came.

    What it is about may be known by now, or a new release can read it. Every effect is idempotent.
    """

    def __init__(self, readers: Sequence[NoticeReader], desk: NoticeDesk) -> None:
        self._readers = {reader.name: reader for reader in readers}
        self._desk = desk

    async def execute(self, provider: str, body: bytes, *, key: str) -> Doubt | None:
        """Say why a person still has to look at it; None where it was dealt with.

        Of several notices in one body, those of that key are acted on; what couldn't be read has no key of its own.
        Raise NotFoundError for a provider whose notices nobody here can read.
        """
        reader = self._readers.get(provider)
        if reader is None:
            raise NotFoundError("provider", provider)
        match reader.read(body):
            case Malformed(reason):
                return Doubt(KeptReason.MALFORMED, reason)
            case VerifiedNotices(notices):
                told = [one for one in notices if not isinstance(one, OtherNotice)]
                meant = [one for one in told if one.event_id == key] or told
                doubts = [await self._desk.act_on(provider, notice) for notice in meant]
                return next((doubt for doubt in doubts if doubt is not None), None)
