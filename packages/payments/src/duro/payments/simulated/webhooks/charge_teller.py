from typing import final

from duro.billing.recovery import Rail
from duro.kernel import Clock
from duro.payments.notices import ChargeFailed, ChargeSucceeded, Notice, RefundFailed, RefundSucceeded
from duro.payments.simulated.entries import ChargeEntry, RefundEntry
from duro.payments.simulated.imprint import Imprint
from duro.payments.simulated.rails.page import RailLedger
from duro.payments.simulated.webhooks.desk import NoticeDesk


@final
class ChargeTeller:
    """Tells of charges and refunds once they are decided; should the provider die in between, nobody is told."""

    def __init__(self, ledger: RailLedger, *, desk: NoticeDesk, clock: Clock) -> None:
        self._ledger = ledger
        self._desk = desk
        self._clock = clock

    async def tell_charge(self, entry: ChargeEntry, rail: Rail) -> None:
        happening = f"charge {entry.reference}"
        event_id, name, at = NoticeDesk.event_id(happening), f"chg-{Imprint.of(happening).letters}", self._clock.now()
        notice: Notice
        if entry.decline is None:
            notice = ChargeSucceeded(event_id, entry.reference, name, entry.amount, rail, at, entry.fee)
        else:
            code, message = entry.decline.code, entry.decline.message
            notice = ChargeFailed(event_id, entry.reference, name, entry.amount, rail, at, code, message)
        await self._ledger.change(lambda page: self._desk.tell(page, notice, happening=happening))

    async def tell_refund(self, entry: RefundEntry) -> None:
        happening = f"refund {entry.reference}"
        event_id, name, at = NoticeDesk.event_id(happening), f"rfd-{Imprint.of(happening).letters}", self._clock.now()
        charge = entry.charge_reference
        notice: Notice
        if entry.refusal is None:
            notice = RefundSucceeded(event_id, entry.reference, charge, name, entry.amount, at)
        else:
            code, message = entry.refusal.code, entry.refusal.message
            notice = RefundFailed(event_id, entry.reference, charge, name, entry.amount, at, code, message)
        await self._ledger.change(lambda page: self._desk.tell(page, notice, happening=happening))
