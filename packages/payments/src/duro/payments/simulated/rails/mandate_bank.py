from dataclasses import replace
from typing import Final, final

from whenever import Instant, TimeDelta

from duro.kernel import Clock, Currency, Money
from duro.payments.charges import ChargeRequest, Declined, NotFound
from duro.payments.mandates import MandateOrder, MandateStanding, MandateStatus
from duro.payments.notices import MandateActivated, MandateRevoked
from duro.payments.refusals import Refused
from duro.payments.simulated.answers import Silent
from duro.payments.simulated.cards import Delivery
from duro.payments.simulated.faults import FaultPlan
from duro.payments.simulated.rails.bank_accounts import SimulatedBankAccount
from duro.payments.simulated.rails.entries import MandateEntry
from duro.payments.simulated.rails.page import RailLedger, RailPage
from duro.payments.simulated.webhooks.desk import NoticeDesk

_CURRENCY: Final = Currency("NGN")
_PREFIX: Final = "mdt_sim_"


@final
class SimulatedMandateBank:
    """The bank that keeps approvals of debits: one is good once its payer activated it and the bank has set it up."""

    def __init__(
        self,
        ledger: RailLedger,
        *,
        clock: Clock,
        setup_time: TimeDelta,
        desk: NoticeDesk | None,
        faults: FaultPlan,
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._setup_time = setup_time
        self._desk = desk
        self._faults = faults

    @property
    def setup_time(self) -> TimeDelta:
        return self._setup_time

    @staticmethod
    def has_given(token: str) -> bool:
        """Say whether a token is of a mandate's form."""
        return token.startswith(_PREFIX)

    async def create(self, order: MandateOrder) -> MandateStanding | Refused | Silent:
        now = self._clock.now()
        return await self._ledger.change(lambda page: self._create(page, order, now))

    async def lookup(self, reference: str) -> MandateStanding | NotFound:
        return await self._ledger.change(lambda page: self._standing(page, reference))

    async def cancel(self, reference: str) -> MandateStanding | NotFound:
        return await self.revoke(reference)

    async def activate(self, reference: str, at: Instant | None = None) -> MandateStanding | NotFound:
        """Let the payer make the activation transfer, now or at another instant."""
        at = at or self._clock.now()

        def work(page: RailPage) -> MandateStanding | NotFound:
            entry = page.mandates.get(reference)
            if entry is not None and entry.can_be_activated:
                self._activate(page, entry, at)
            return self._standing(page, reference)

        return await self._ledger.change(work)

    async def finish_setup(self, reference: str) -> MandateStanding | NotFound:
        """Let the bank be ready, however short a time ago the mandate was activated."""

        def work(page: RailPage) -> MandateStanding | NotFound:
            entry = page.mandates.get(reference)
            if entry is not None and entry.status is MandateStatus.ACTIVE:
                page.mandates.put(replace(entry, ready_at=entry.activated_at))
            return self._standing(page, reference)

        return await self._ledger.change(work)

    async def revoke(self, reference: str) -> MandateStanding | NotFound:
        """Let the payer, or us, end the approval."""
        now = self._clock.now()

        def work(page: RailPage) -> MandateStanding | NotFound:
            entry = page.mandates.get(reference)
            if entry is not None and entry.can_be_ended:
                self._revoke(page, entry, now)
            return self._standing(page, reference)

        return await self._ledger.change(work)

    async def decline_of(self, request: ChargeRequest) -> Declined | None:
        """Say why a debit is refused, or None for one that is good."""
        now = self._clock.now()
        reference = request.token.removeprefix(_PREFIX)
        entry = await self._ledger.change(lambda page: page.mandates.get(reference))
        account = None if entry is None else SimulatedBankAccount.of_number(entry.account_number)
        if entry is None or entry.is_lost or account is None:
            return Declined("14", "Invalid account number")
        return self._refusal_of_debit(entry, request.amount, now) or account.decline

    @staticmethod
    def _refusal_of_debit(entry: MandateEntry, amount: Money, now: Instant) -> Declined | None:
        if amount.amount <= 0:
            return Declined("13", "Invalid amount")
        if amount.currency != entry.ceiling.currency:
            return Declined("57", "Transaction not permitted to cardholder")
        if entry.status is MandateStatus.REVOKED:
            return Declined("R1", "Revocation of authorization order")
        if entry.status is MandateStatus.REJECTED or entry.ready_at is None or now < entry.ready_at:
            return Declined("05", "Do not honor")
        if entry.ceiling < amount:
            return Declined("61", "Exceeds withdrawal amount limit")
        return None

    def _create(self, page: RailPage, order: MandateOrder, now: Instant) -> MandateStanding | Refused | Silent:
        existing = page.mandates.get(order.reference)
        if existing is not None and not existing.is_lost:
            return existing.standing
        account = SimulatedBankAccount.of_number(order.account_number)
        if account is None:
            return Refused("unknown_test_number", "The simulated provider debits only its listed test accounts.")
        if order.ceiling.currency != _CURRENCY or order.ceiling.amount <= 0:
            return Refused("invalid_ceiling", f"A mandate has a ceiling of more than nothing, in {_CURRENCY}.")
        delivery = self._delivery(order.reference, account) if existing is None else Delivery.ANSWERED
        entry = MandateEntry(
            reference=order.reference,
            account_number=order.account_number,
            ceiling=order.ceiling,
            status=MandateStatus.REJECTED if account.is_rejected else MandateStatus.PENDING,
            is_lost=delivery is Delivery.LOST,
        )
        page.mandates.put(entry)
        if account.is_activated_at_once and not entry.is_lost:
            self._activate(page, entry, now)
        return entry.standing if delivery is Delivery.ANSWERED else Silent()

    def _activate(self, page: RailPage, entry: MandateEntry, at: Instant) -> None:
        account = SimulatedBankAccount.of_number(entry.account_number)
        ready_at = at if account is None or account.is_set_up_at_once else at + self._setup_time
        page.mandates.put(replace(entry, status=MandateStatus.ACTIVE, activated_at=at, ready_at=ready_at))
        if self._desk is not None:
            happening = f"mandate {entry.reference} activated"
            notice = MandateActivated(NoticeDesk.event_id(happening), entry.reference, entry.token, at)
            self._desk.tell(page, notice, happening=happening)

    def _revoke(self, page: RailPage, entry: MandateEntry, at: Instant) -> None:
        page.mandates.put(replace(entry, status=MandateStatus.REVOKED))
        if self._desk is not None:
            happening = f"mandate {entry.reference} revoked"
            notice = MandateRevoked(NoticeDesk.event_id(happening), entry.reference, entry.token, at)
            self._desk.tell(page, notice, happening=happening)

    @staticmethod
    def _standing(page: RailPage, reference: str) -> MandateStanding | NotFound:
        entry = page.mandates.get(reference)
        return NotFound() if entry is None or entry.is_lost else entry.standing

    def _delivery(self, reference: str, account: SimulatedBankAccount) -> Delivery:
        return self._faults.delivery_of(reference) if account.delivery is Delivery.ANSWERED else account.delivery
