import asyncio
from typing import Final, final

from whenever import TimeDelta

from duro.billing.recovery import Rail
from duro.kernel import Currency, Money
from duro.payments.cards import CardDetails, CardRefused, Tokenized
from duro.payments.charges import Approved, AwaitsApproval, ChargeRequest, Declined, NotFound
from duro.payments.refunds import Refunded, RefundRefused, RefundRequest
from duro.payments.simulated.answers import Answered, Broken, ChargeAnswer, RefundAnswer, RefundAnswered, Silent
from duro.payments.simulated.approvals.desk import ApprovalDesk
from duro.payments.simulated.card_desk import CardDesk
from duro.payments.simulated.cards import Delivery, SimulatedCard
from duro.payments.simulated.faults import FaultPlan
from duro.payments.simulated.fees import SimulatedFees
from duro.payments.simulated.ledger import IssuerLedger
from duro.payments.simulated.presentment import Presented, Presentment, RefundOrder
from duro.payments.simulated.rails.mandate_bank import SimulatedMandateBank
from duro.payments.simulated.webhooks.charge_teller import ChargeTeller

_MINIMUMS: Final = {"NGN": 5_000, "USD": 50, "GHS": 10, "KES": 300, "ZAR": 100, "EUR": 50, "GBP": 30}
_FAULTLESS: Final = FaultPlan()
_SLOW: Final = TimeDelta(seconds=3)


@final
class SimulatedIssuer:
    """The bank behind the simulated provider: it decides once per reference and takes money at most once.

    A slow card's money is taken when its wait is over, even if the caller has gone; until then the reference isn't
    found, as at a real provider.
    """

    def __init__(
        self,
        ledger: IssuerLedger,
        *,
        faults: FaultPlan = _FAULTLESS,
        slow: TimeDelta = _SLOW,
        mandates: SimulatedMandateBank | None = None,
        teller: ChargeTeller | None = None,
        approvals: ApprovalDesk | None = None,
    ) -> None:
        self._ledger = ledger
        self._cards = CardDesk(ledger)
        self._mandates = mandates
        self._teller = teller
        self._approvals = approvals
        self._faults = faults
        self._slow = slow

    @staticmethod
    def supports(currency: Currency) -> bool:
        return currency.code in _MINIMUMS

    @staticmethod
    def minimum(currency: Currency) -> Money:
        return Money(_MINIMUMS[currency.code], currency)

    async def charge(self, request: ChargeRequest) -> ChargeAnswer:
        delivery = self._delivery_of(request)
        if delivery is Delivery.SLOW and await self._is_undecided(request.reference):
            await asyncio.sleep(self._slow.total("seconds"))
        held = await self._held(request, delivery)
        if held is not None:
            return held
        is_debit = SimulatedMandateBank.has_given(request.token)
        rail = Rail.DIRECT_DEBIT if is_debit else Rail.CARD
        presented = await self._ledger.present(
            Presentment(
                reference=request.reference,
                token=request.token,
                amount=request.amount,
                decline=await self._debit_decline_of(request) if is_debit else await self._decline_of(request),
                is_lost_at_first=delivery is Delivery.LOST,
                fee=SimulatedFees.bundled().kept_of(request.amount, rail),
            )
        )
        if self._teller is not None and presented.entry.result is not None and not presented.is_repeat:
            await self._teller.tell_charge(presented.entry, rail)
        return self._answer(presented, delivery)

    async def lookup(self, reference: str) -> Approved | Declined | AwaitsApproval | NotFound:
        entry = await self._ledger.charge(reference)
        if entry is not None and entry.result is not None:
            return entry.result
        waiting = None if self._approvals is None else await self._approvals.standing(reference)
        return waiting or NotFound()

    async def refund(self, request: RefundRequest) -> RefundAnswer:
        delivery = self._faults.delivery_of(request.reference)
        given = await self._ledger.give_back(
            RefundOrder(
                reference=request.reference,
                charge_reference=request.charge_reference,
                amount=request.amount,
                is_lost_at_first=delivery is Delivery.LOST,
            )
        )
        result = given.entry.result
        if self._teller is not None and result is not None and not given.is_repeat:
            await self._teller.tell_refund(given.entry)
        if result is None or (given.is_first and delivery is Delivery.SILENT):
            return Silent()
        return RefundAnswered(result, is_repeat=given.is_repeat)

    async def lookup_refund(self, reference: str) -> Refunded | RefundRefused | NotFound:
        entry = await self._ledger.refund(reference)
        return (entry and entry.result) or NotFound()

    def tokenize(self, details: CardDetails) -> Tokenized | CardRefused:
        """Keep a listed test number; whether its expiry has passed is for the caller, who has a clock, to ask."""
        card = SimulatedCard.of_number(details.number)
        if card is None:
            return CardRefused("unknown_test_number", "The simulated provider accepts only its listed test numbers.")
        if not (1 <= details.exp_month <= 12 and 2000 <= details.exp_year <= 2199):
            return CardRefused("invalid_expiry", "An expiry is a month from 1 to 12 and a year of four digits.")
        if not (details.cvc.isascii() and details.cvc.isdigit() and len(details.cvc) == 3):
            return CardRefused("invalid_cvc", "The security code of this card has three digits.")
        return Tokenized(
            card.token, card.brand, card.last4, details.exp_month, details.exp_year, fingerprint=card.fingerprint
        )

    async def close(self) -> None:
        await self._ledger.close()

    async def _held(self, request: ChargeRequest, delivery: Delivery) -> ChargeAnswer | None:
        """Have the payer asked, where there is one to ask and nothing decided yet."""
        card = SimulatedCard.of_token(request.token)
        if self._approvals is None or card is None or not card.asks_payer:
            return None
        entry = await self._ledger.charge(request.reference)
        is_lost = entry is None and delivery is Delivery.LOST
        is_decided = entry is not None and entry.result is not None
        if is_lost or is_decided or await self._decline_of(request) != card.decline:
            return None
        held = await self._approvals.hold(request)
        if held is None:
            return None
        if held.presentments == 1 and delivery is Delivery.SILENT:
            return Silent()
        return Answered(self._approvals.awaits(held), is_repeat=held.presentments > 1)

    async def _is_undecided(self, reference: str) -> bool:
        return isinstance(await self.lookup(reference), NotFound)

    def _delivery_of(self, request: ChargeRequest) -> Delivery:
        card = SimulatedCard.of_token(request.token)
        if card is None or card.delivery is Delivery.ANSWERED:
            return self._faults.delivery_of(request.reference)
        return card.delivery

    async def _decline_of(self, request: ChargeRequest) -> Declined | None:
        card = SimulatedCard.of_token(request.token)
        if card is None:
            return Declined("14", "Invalid card number")
        if request.amount.amount <= 0:
            return Declined("13", "Invalid amount")
        if not self.supports(request.amount.currency):
            return Declined("57", "Transaction not permitted to cardholder")
        if card.is_told:
            return await self._cards.decline_of(request.reference, token=card.token)
        return card.decline_of(is_payer_present=request.is_payer_present)

    async def _debit_decline_of(self, request: ChargeRequest) -> Declined | None:
        if self._mandates is None:
            return Declined("14", "Invalid account number")
        return await self._mandates.decline_of(request)

    def _answer(self, presented: Presented, delivery: Delivery) -> ChargeAnswer:
        result = presented.entry.result
        if result is None or (presented.is_first and delivery is Delivery.SILENT):
            return Silent()
        if presented.is_first and delivery is Delivery.BROKEN:
            return Broken()
        return Answered(result, is_repeat=presented.is_repeat)
