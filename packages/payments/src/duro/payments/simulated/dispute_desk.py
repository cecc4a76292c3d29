from dataclasses import dataclass
from enum import StrEnum
from typing import Final, final

from duro.kernel import Clock, Money
from duro.payments.charges import NotFound
from duro.payments.notices import DisputeClosed, DisputeOpened
from duro.payments.simulated.entries import ChargeEntry, ChargeStatus
from duro.payments.simulated.imprint import Imprint
from duro.payments.simulated.ledger import IssuerLedger
from duro.payments.simulated.rails.page import RailPage
from duro.payments.simulated.webhooks.desk import NoticeDesk

_REASON: Final = "not_recognized"


class DisputeState(StrEnum):
    """How the one dispute that a simulated charge may have stands."""

    OPENED = "opened"
    WON = "won"
    LOST = "lost"


@final
@dataclass(frozen=True, slots=True)
class SimulatedDispute:
    """A charge that its payer had their bank take back, whole; its name follows from the charge's."""

    reference: str
    amount: Money
    state: DisputeState

    @property
    def provider_reference(self) -> str:
        return f"dsp-{Imprint.of('dispute', self.reference).letters}"

    @property
    def happening(self) -> str:
        return f"dispute {self.reference} {self.state}"

    @property
    def event_id(self) -> str:
        return NoticeDesk.event_id(self.happening)


@final
class DisputeDesk:
    """Where payers have their bank take charges back, and where that is won or lost.

    It keeps nothing but what was told of it: who tells nobody anything has no disputes.
    """

    def __init__(self, ledger: IssuerLedger, *, desk: NoticeDesk | None, clock: Clock) -> None:
        self._ledger = ledger
        self._desk = desk
        self._clock = clock

    async def open(self, reference: str) -> SimulatedDispute | NotFound:
        """Take a charge back from the merchant; again, say how that stands. NotFound without money taken by it."""
        entry, desk = await self._ledger.charge(reference), self._desk
        if desk is None or entry is None or entry.status is not ChargeStatus.APPROVED:
            return NotFound()
        return await self._ledger.change(lambda page: self._opened(page, entry, desk))

    async def close(self, reference: str, *, is_won: bool) -> SimulatedDispute | NotFound:
        """Decide a dispute, once for ever. NotFound if there is none."""
        entry, desk = await self._ledger.charge(reference), self._desk
        if desk is None or entry is None:
            return NotFound()
        return await self._ledger.change(lambda page: self._closed(page, entry, desk, is_won=is_won))

    def _opened(self, page: RailPage, entry: ChargeEntry, desk: NoticeDesk) -> SimulatedDispute:
        known = self._standing(page, entry)
        if known is not None:
            return known
        dispute = SimulatedDispute(entry.reference, entry.amount, DisputeState.OPENED)
        notice = DisputeOpened(
            dispute.event_id, entry.reference, dispute.provider_reference, entry.amount, self._clock.now(), _REASON
        )
        desk.tell(page, notice, happening=dispute.happening)
        return dispute

    def _closed(
        self, page: RailPage, entry: ChargeEntry, desk: NoticeDesk, *, is_won: bool
    ) -> SimulatedDispute | NotFound:
        known = self._standing(page, entry)
        if known is None or known.state is not DisputeState.OPENED:
            return known or NotFound()
        state = DisputeState.WON if is_won else DisputeState.LOST
        dispute = SimulatedDispute(entry.reference, entry.amount, state)
        notice = DisputeClosed(
            dispute.event_id, entry.reference, dispute.provider_reference, entry.amount, self._clock.now(), is_won
        )
        desk.tell(page, notice, happening=dispute.happening)
        return dispute

    @staticmethod
    def _standing(page: RailPage, entry: ChargeEntry) -> SimulatedDispute | None:
        """Know a dispute by the notices of it, the last that can be first."""
        states = (DisputeState.WON, DisputeState.LOST, DisputeState.OPENED)
        disputes = [SimulatedDispute(entry.reference, entry.amount, state) for state in states]
        return next((one for one in disputes if page.deliveries.count(one.event_id)), None)
