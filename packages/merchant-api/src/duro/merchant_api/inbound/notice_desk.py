from collections.abc import Sequence
from typing import final

from duro.merchant_api.inbound.doubt import Doubt
from duro.merchant_api.inbound.mode_notices import ModeNotices
from duro.payments import Notice, OtherNotice


@final
class NoticeDesk:
    """Finds out in which mode and whose a notice is, and has it acted on there."""

    def __init__(self, modes: Sequence[ModeNotices]) -> None:
        self._modes = tuple(modes)

    async def act_on(self, provider: str, notice: Notice) -> Doubt | None:
        """Say why a person has to look at it; None where it was dealt with, or there is nothing to do."""
        if isinstance(notice, OtherNotice):
            return None
        if notice.reference is not None:
            for mode in self._modes:
                found = await mode.references.resolve(provider=provider, reference=notice.reference)
                if found is not None:
                    return await mode.act(found, notice, provider=provider)
        return Doubt.unknown(notice.reference)
