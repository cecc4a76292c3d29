from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, final

from duro.billing import FailureCategory
from duro.db.charge_history import PastCharge
from duro.kernel import CustomerId, InvoiceId
from duro.payments import FailureCodes
from duro.simulator.answer import Answer, Network, Sighting
from duro.simulator.replay.past import Past, PastCase, PastTry, Seen
from duro.simulator.timeline import Timeline

_CARD: Final = "card"
_ANSWERS: Final = {
    FailureCategory.INSUFFICIENT_FUNDS: Answer.INSUFFICIENT_FUNDS,
    FailureCategory.PROCESSOR_ERROR: Answer.PROCESSOR_ERROR,
    FailureCategory.EXPIRED_CARD: Answer.EXPIRED_CARD,
    FailureCategory.CARD_NOT_SUPPORTED: Answer.EXPIRED_CARD,
    FailureCategory.HARD_DECLINE: Answer.HARD_DECLINE,
    FailureCategory.AUTHENTICATION_REQUIRED: Answer.AUTHENTICATION_REQUIRED,
}
_SIGHTINGS: Final = {Answer.APPROVED: Sighting.MONEY, Answer.INSUFFICIENT_FUNDS: Sighting.EMPTY}


@final
@dataclass(frozen=True, slots=True)
class MerchantPast:
    """A merchant's charges put in the simulator's words: what has no word of its own there is a generic decline."""

    charges: Sequence[PastCharge]
    codes: FailureCodes

    def by_currency(self) -> tuple[Past, ...]:
        """Return what failed in each currency, the one with most failures first; where none did, nothing."""
        invoices: dict[InvoiceId, list[PastCharge]] = {}
        for charge in self.charges:
            invoices.setdefault(charge.invoice_id, []).append(charge)
        payers: dict[CustomerId, int] = {}
        cases: dict[str, list[PastCase]] = {}
        seen: dict[int, list[Seen]] = {}
        for charges in invoices.values():
            payer = payers.setdefault(charges[0].customer_id, len(payers))
            seen.setdefault(payer, []).extend(self._seen(charges))
            case = self._case(payer, charges)
            if case is not None:
                cases.setdefault(charges[0].amount.currency.code, []).append(case)
        in_order = {payer: tuple(sorted(sights, key=lambda one: one.at)) for payer, sights in seen.items()}
        pasts = (Past(currency, tuple(found), in_order) for currency, found in cases.items())
        return tuple(sorted(pasts, key=lambda past: -len(past.cases)))

    def _case(self, payer: int, charges: Sequence[PastCharge]) -> PastCase | None:
        """Read an invoice whose first charge, to a card, failed; any other is none."""
        first = charges[0]
        if first.is_paid or first.rail != _CARD:
            return None
        tries = tuple(self._try(charge, first) for charge in charges if charge.rail == _CARD)
        is_charged = any(one.answer is Answer.APPROVED for one in tries)
        paid_at = None if is_charged or first.invoice_paid_at is None else Timeline.slot_of(first.invoice_paid_at)
        return PastCase(str(first.invoice_id), payer, first.amount.amount, self._network(first), tries, paid_at)

    def _try(self, charge: PastCharge, first: PastCharge) -> PastTry:
        """Read one charge; a card that is on record only since later was there from the first one on."""
        was_there = charge.card_added_at <= charge.charged_at
        added_at = charge.card_added_at if was_there else first.charged_at
        return PastTry(Timeline.slot_of(charge.charged_at), self._answer(charge), Timeline.slot_of(added_at))

    def _seen(self, charges: Sequence[PastCharge]) -> list[Seen]:
        sights = ((charge, _SIGHTINGS.get(self._answer(charge))) for charge in charges if charge.rail == _CARD)
        return [
            Seen(Timeline.slot_of(charge.charged_at), what, str(charge.invoice_id))
            for charge, what in sights
            if what is not None
        ]

    def _answer(self, charge: PastCharge) -> Answer:
        if charge.is_paid:
            return Answer.APPROVED
        category = self.codes.category_of(provider=charge.provider, code=charge.failure_code or "")
        return _ANSWERS.get(category, Answer.DO_NOT_HONOR)

    @staticmethod
    def _network(charge: PastCharge) -> Network:
        brand = charge.brand.casefold().replace(" ", "")
        return next((network for network in Network if brand.startswith(network.name.casefold())), Network.VERVE)
