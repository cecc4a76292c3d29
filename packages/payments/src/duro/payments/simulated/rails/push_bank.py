from dataclasses import replace
from typing import Final, final

from whenever import Instant, TimeDelta

from duro.billing.recovery import Rail
from duro.kernel import Clock, Currency, Money
from duro.payments.charges import NotFound
from duro.payments.payment_requests import Opened, PaymentRequestOrder, RequestStanding
from duro.payments.refusals import Refused
from duro.payments.simulated.answers import Silent
from duro.payments.simulated.cards import Delivery
from duro.payments.simulated.faults import FaultPlan
from duro.payments.simulated.imprint import Imprint
from duro.payments.simulated.rails.entries import AccountEntry, ArrivalEntry, RequestEntry, RequestState
from duro.payments.simulated.rails.page import RailLedger, RailPage
from duro.payments.simulated.rails.payers import PayerOrder, SimulatedPayer
from duro.payments.simulated.rails.till import Nobody, Till
from duro.payments.virtual_accounts import AccountOpened, AccountStanding, VirtualAccountOrder

_MINIMUM: Final = Money(5_000, Currency("NGN"))
_USUAL_LIFE: Final = TimeDelta(hours=8)
_LATENESS: Final = TimeDelta(minutes=1)
_MOST: Final = 100


@final
class SimulatedPushBank:
    """The bank through which payers push money: a reference opens one thing only, and all that comes is kept."""

    def __init__(self, ledger: RailLedger, *, clock: Clock, till: Till, faults: FaultPlan) -> None:
        self._ledger = ledger
        self._clock = clock
        self._till = till
        self._faults = faults

    @staticmethod
    def supports(rail: Rail, currency: Currency) -> bool:
        return rail.is_push and currency == _MINIMUM.currency

    async def open(self, order: PaymentRequestOrder) -> Opened | Refused | Silent:
        now = self._clock.now()
        return await self._ledger.change(lambda page: self._open(page, order, now))

    async def lookup_request(self, reference: str) -> RequestStanding | NotFound:
        now = self._clock.now()
        return await self._ledger.change(lambda page: self._standing(page, reference, now))

    async def close_request(self, reference: str) -> RequestStanding | NotFound:
        now = self._clock.now()
        return await self._ledger.change(lambda page: self._close(page, reference, now))

    async def open_account(self, order: VirtualAccountOrder) -> AccountOpened | Refused | Silent:
        return await self._ledger.change(lambda page: self._open_account(page, order))

    async def lookup_account(self, reference: str, *, since: Instant) -> AccountStanding | NotFound:
        return await self._ledger.change(lambda page: self._account_standing(page, reference, since))

    async def pay(self, order: PayerOrder) -> ArrivalEntry:
        """Do what a payer does."""
        at = self._clock.now() if order.at is None else order.at
        return await self._ledger.change(lambda page: self._pay(page, order, at))

    async def let_payers_act(self) -> None:
        """Let the late payers pay whose time has come."""
        now = self._clock.now()
        await self._ledger.change(lambda page: self._let_payers_act(page, now))

    def _open(self, page: RailPage, order: PaymentRequestOrder, now: Instant) -> Opened | Refused | Silent:
        existing = page.requests.get(order.reference)
        if existing is not None and existing.state is not RequestState.LOST:
            return existing.opened
        payer = SimulatedPayer.of_phone(order.phone)
        refusal = self._refusal(order, payer, now)
        if refusal is not None:
            return refusal
        delivery = self._delivery(order.reference, payer) if existing is None else Delivery.ANSWERED
        entry = existing or self._request(page, order, now)
        if delivery is Delivery.LOST:
            page.requests.put(entry)
            return Silent()
        late_at = self._late_at(entry) if payer is SimulatedPayer.LATE else None
        entry = replace(entry, state=RequestState.OPEN, late_at=late_at)
        page.requests.put(entry)
        if payer is not None and payer is not SimulatedPayer.LATE:
            for amount in payer.payments(entry.amount):
                self._till.receive(page, entry, amount, now)
        return Silent() if delivery is Delivery.SILENT else entry.opened

    def _standing(self, page: RailPage, reference: str, now: Instant) -> RequestStanding | NotFound:
        self._let_payers_act(page, now)
        entry = page.requests.get(reference)
        if entry is None or entry.state is RequestState.LOST:
            return NotFound()
        arrivals = page.arrivals.owned(entry.owner, since=None, limit=_MOST)
        return RequestStanding(
            request=entry.opened,
            is_closed=entry.state is RequestState.CLOSED,
            arrivals=tuple(each.arrival for each in arrivals),
        )

    def _close(self, page: RailPage, reference: str, now: Instant) -> RequestStanding | NotFound:
        standing = self._standing(page, reference, now)
        entry = page.requests.get(reference)
        if isinstance(standing, NotFound) or entry is None or standing.is_closed:
            return standing
        is_late = SimulatedPayer.of_phone(entry.phone) is SimulatedPayer.LATE and not standing.arrivals
        page.requests.put(replace(entry, state=RequestState.CLOSED, late_at=now if is_late else None))
        return replace(standing, is_closed=True)

    def _open_account(self, page: RailPage, order: VirtualAccountOrder) -> AccountOpened | Refused | Silent:
        existing = page.accounts.get(order.reference)
        if existing is not None and not existing.is_lost:
            return existing.opened
        if not self.supports(Rail.VIRTUAL_ACCOUNT, order.currency):
            return Refused("currency_not_supported", f"No account can be opened in {order.currency}.")
        payer = SimulatedPayer.of_phone(order.phone)
        if payer is SimulatedPayer.REFUSED:
            return Refused("bank_unavailable", "The bank opens no account at the moment.")
        delivery = self._delivery(order.reference, payer) if existing is None else Delivery.ANSWERED
        entry = AccountEntry(
            reference=order.reference,
            currency=order.currency,
            number=self._number(page, f"account {order.reference}") if existing is None else existing.number,
            customer_name=order.customer_name,
            is_lost=delivery is Delivery.LOST,
        )
        page.accounts.put(entry)
        return entry.opened if delivery is Delivery.ANSWERED else Silent()

    @staticmethod
    def _account_standing(page: RailPage, reference: str, since: Instant) -> AccountStanding | NotFound:
        entry = page.accounts.get(reference)
        if entry is None or entry.is_lost:
            return NotFound()
        found = page.arrivals.owned(entry.owner, since=since, limit=_MOST + 1)
        arrivals = tuple(each.arrival for each in found[:_MOST])
        return AccountStanding(account=entry.opened, arrivals=arrivals, has_more=len(found) > _MOST)

    def _pay(self, page: RailPage, order: PayerOrder, at: Instant) -> ArrivalEntry:
        if order.account_number is not None:
            holder = page.holder_of(order.account_number)
        else:
            holder = page.requests.get(order.reference or "")
        return self._till.receive(
            page, holder or Nobody(reference=order.reference, number=order.account_number), order.amount, at
        )

    def _let_payers_act(self, page: RailPage, now: Instant) -> None:
        for entry in page.requests.due(now, limit=_MOST):
            for amount in SimulatedPayer.LATE.payments(entry.amount):
                self._till.receive(page, entry, amount, entry.late_at or now)
            page.requests.put(replace(entry, late_at=None))

    def _delivery(self, reference: str, payer: SimulatedPayer | None) -> Delivery:
        if payer is None or payer.delivery is Delivery.ANSWERED:
            return self._faults.delivery_of(reference)
        return payer.delivery

    def _refusal(self, order: PaymentRequestOrder, payer: SimulatedPayer | None, now: Instant) -> Refused | None:
        if order.rail.is_pull:
            return Refused("rail_not_supported", "This rail is charged, not asked.")
        if order.rail is Rail.USSD and order.phone is None:
            return Refused("phone_required", "USSD needs the payer's phone.")
        if order.expires_at is not None and order.expires_at <= now:
            return Refused("invalid_expiry", "The end of a request lies ahead.")
        if payer is SimulatedPayer.REFUSED:
            return Refused("bank_unavailable", "The payer's bank can't be reached.")
        return self._refusal_of_amount(order.amount)

    @staticmethod
    def _refusal_of_amount(amount: Money) -> Refused | None:
        if amount.currency != _MINIMUM.currency:
            return Refused("currency_not_supported", f"Nobody can push {amount.currency}.")
        if amount < _MINIMUM:
            return Refused("amount_below_minimum", f"The least that can be asked for is {_MINIMUM}.")
        return None

    def _request(self, page: RailPage, order: PaymentRequestOrder, now: Instant) -> RequestEntry:
        usual_end = None if order.rail is Rail.VIRTUAL_ACCOUNT else now + _USUAL_LIFE
        return RequestEntry(
            reference=order.reference,
            amount=order.amount,
            rail=order.rail,
            number=self._number(page, f"request {order.reference}"),
            phone=order.phone,
            expires_at=order.expires_at or usual_end,
            state=RequestState.LOST,
        )

    @staticmethod
    def _late_at(entry: RequestEntry) -> Instant | None:
        return None if entry.expires_at is None else entry.expires_at + _LATENESS

    @staticmethod
    def _number(page: RailPage, owner: str) -> str:
        """Return a number that nobody has and that would be this owner's in another ledger, too."""
        turn = 0
        while page.holder_of(number := Imprint.of(owner, turn).digits) is not None:
            turn += 1
        return number
