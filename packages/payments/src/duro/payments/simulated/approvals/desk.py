from typing import Final, final

from whenever import TimeDelta

from duro.billing.recovery import Rail
from duro.kernel import Clock
from duro.payments.charges import Approved, AwaitsApproval, ChargeRequest, Declined
from duro.payments.simulated.approvals.entry import ApprovalEntry, PayerAnswer
from duro.payments.simulated.entries import ChargeEntry
from duro.payments.simulated.fees import SimulatedFees
from duro.payments.simulated.ledger import IssuerLedger
from duro.payments.simulated.presentment import Presentment
from duro.payments.simulated.rails.page import RailPage
from duro.payments.simulated.webhooks.charge_teller import ChargeTeller

_REFUSED: Final = Declined("1A", "The payer refused the payment.")
_UNANSWERED: Final = Declined("1A", "The payer did not approve the payment in time.")


@final
class ApprovalDesk:
    """Where charges wait for their payers: each is decided once, by its payer's first answer or by the end of its time.

    The address is where the pages are served on which payers answer.
    """

    def __init__(
        self,
        ledger: IssuerLedger,
        *,
        clock: Clock,
        address: str,
        patience: TimeDelta,
        teller: ChargeTeller | None = None,
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._address = address
        self._patience = patience
        self._teller = teller

    async def hold(self, request: ChargeRequest) -> ApprovalEntry | None:
        """Find what a reference waits for, or let it wait from now on if its payer is there.

        None where nobody is, or where it has waited for too long.
        """
        now = self._clock.now()

        def work(page: RailPage) -> ApprovalEntry | None:
            found = page.approvals.get(request.reference)
            if found is None and not request.is_payer_present:
                return None
            fresh = ApprovalEntry.of(request, ends_at=now + self._patience)
            entry = fresh if found is None else found.presented_again()
            page.approvals.put(entry)
            return None if entry.is_over(now) else entry

        return await self._ledger.change(work)

    async def find(self, reference: str) -> ApprovalEntry | None:
        return await self._ledger.change(lambda page: page.approvals.get(reference))

    def awaits(self, entry: ApprovalEntry) -> AwaitsApproval:
        return AwaitsApproval(entry.reference, f"{self._address}/approvals/{entry.reference}")

    async def standing(self, reference: str) -> Approved | Declined | AwaitsApproval | None:
        """Say how a charge stands; None if it never waited for its payer. The end of its time declines it."""
        entry = await self.find(reference)
        if entry is None:
            return None
        charge = await self._ledger.charge(reference)
        if charge is not None and charge.result is not None:
            return charge.result
        if entry.is_over(self._clock.now()):
            return (await self._decide(entry, _UNANSWERED)).result
        return self.awaits(entry)

    async def answer(self, reference: str, answer: PayerAnswer) -> ChargeEntry | None:
        """Let the payer answer; the charge as it is decided then, whoever did that, or None if nothing waits so."""
        entry = await self.find(reference)
        if entry is None:
            return None
        if entry.is_over(self._clock.now()):
            return await self._decide(entry, _UNANSWERED)
        return await self._decide(entry, None if answer is PayerAnswer.APPROVE else _REFUSED)

    async def _decide(self, entry: ApprovalEntry, decline: Declined | None) -> ChargeEntry:
        presented = await self._ledger.present(
            Presentment(
                reference=entry.reference,
                token=entry.token,
                amount=entry.amount,
                decline=decline,
                is_lost_at_first=False,
                fee=SimulatedFees.bundled().kept_of(entry.amount, Rail.CARD),
            )
        )
        if self._teller is not None and not presented.is_repeat:
            await self._teller.tell_charge(presented.entry, Rail.CARD)
        return presented.entry
