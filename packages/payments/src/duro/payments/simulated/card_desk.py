from collections.abc import Sequence
from typing import final

from duro.payments.charges import Declined
from duro.payments.simulated.dictations import DictationEntry
from duro.payments.simulated.rails.page import RailLedger, RailPage


@final
class CardDesk:
    """Where cards are told what to answer, and asked it: once for each reference, however often that is presented."""

    def __init__(self, ledger: RailLedger) -> None:
        self._ledger = ledger

    async def tell(self, token: str, answers: Sequence[Declined | None]) -> DictationEntry:
        """Let these be a card's next answers, None an approval.

        Raises ValueError for a card that doesn't do as it is told, or for more than it can remember.
        """
        nothing = DictationEntry.nothing_for(token)

        def work(page: RailPage) -> DictationEntry:
            entry = (page.dictations.get(token) or nothing).told(answers)
            page.dictations.put(entry)
            return entry

        return await self._ledger.change(work)

    async def decline_of(self, reference: str, *, token: str) -> Declined | None:
        """Return the refusal that this reference was given, or None for an approval."""

        def work(page: RailPage) -> Declined | None:
            entry = page.dictations.get(token)
            if entry is None:
                return None
            asked = entry.asked(reference)
            if asked != entry:
                page.dictations.put(asked)
            return asked.answer_to(reference)

        return await self._ledger.change(work)
