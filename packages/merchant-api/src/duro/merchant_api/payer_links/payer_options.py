from typing import Final, final

from whenever import Instant, TimeDelta

from duro.billing.recovery import DunningCause, Rail
from duro.crypto import LinkPurpose
from duro.db.push_rows import PaymentRequest
from duro.db.records import AttemptStatus, DunningSchedule, Invoice, InvoiceStatus, PaymentMethod, TenantStatus
from duro.kernel import Currency
from duro.merchant_api.billing.gateways import GatewayRegistry
from duro.merchant_api.billing.owed_again import OwedAgain
from duro.merchant_api.dunning.case_drafts import CaseDrafts
from duro.merchant_api.dunning.chargeable_case import ChargeableCase
from duro.merchant_api.payer_links.payer_matter import PayerMatter
from duro.merchant_api.payer_links.payer_standing import (
    Changeable,
    Ended,
    InFlight,
    Owing,
    Paid,
    PayerStanding,
    Suspended,
    Withdrawn,
)
from duro.merchant_api.pushed.push_rails import PushRails
from duro.payments import FailureCodes

_PAYABLE: Final = frozenset({InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE})
_MOST_TRIES: Final = 10
_COUNTED: Final = TimeDelta(hours=24)


@final
class PayerOptions:
    """Decides how a payer's matter stands, and what of it they can do now.

    In a day a payer has an invoice charged ten times at most: who guesses at cards gets nowhere.
    """

    def __init__(self, gateways: GatewayRegistry) -> None:
        self._gateways = gateways
        self._rails = PushRails(gateways)
        self._codes = FailureCodes.bundled()

    def of(self, matter: PayerMatter, purpose: LinkPurpose) -> PayerStanding:
        """Decide; what is over is over whatever else holds, and nothing is offered while a charge is on its way."""
        invoice = matter.invoice if purpose is LinkPurpose.PAY else None
        if invoice is not None and invoice.status is InvoiceStatus.PAID:
            return Paid(invoice.total, invoice.paid_at)
        if invoice is not None and invoice.status is InvoiceStatus.VOID:
            return Withdrawn()
        return self._barred(matter) or (self._changeable(matter) if invoice is None else self._owing(matter, invoice))

    @staticmethod
    def _barred(matter: PayerMatter) -> Ended | Suspended | InFlight | None:
        """Say why nothing can be done about it, if that is so."""
        if matter.subscription.is_terminal:
            return Ended()
        if matter.tenant.status is TenantStatus.SUSPENDED:
            return Suspended()
        if matter.unexplained:
            return InFlight(matter.unexplained[0])
        return None

    def _owing(self, matter: PayerMatter, invoice: Invoice) -> Owing:
        waiting = tuple(request for request in matter.requests if request.status.is_waiting)
        is_spent = self._is_spent(matter)
        return Owing(
            owed=OwedAgain.asked_for(matter.subscription, invoice),
            paid=invoice.amount_paid,
            why=self._why(matter),
            saved=None if is_spent else self._saved(matter, invoice),
            takes_cards=not is_spent and self._takes_cards(invoice.currency),
            rails=self._push_rails(matter, invoice, waiting),
            requests=waiting,
            next_attempt_at=None if matter.case is None else self._next_try(matter.case),
            is_spent=is_spent,
        )

    def _changeable(self, matter: PayerMatter) -> Changeable:
        case, invoice = matter.case, matter.invoice
        is_asked = case is not None and case.is_open and invoice is not None and invoice.status in _PAYABLE
        is_spent = self._is_spent(matter)
        return Changeable(
            saved=matter.method,
            takes_cards=not is_spent and self._takes_cards(matter.subscription.terms.amount.currency),
            owed=OwedAgain.asked_for(matter.subscription, invoice) if is_asked and invoice is not None else None,
            why=self._why(matter) if is_asked else "",
            is_spent=is_spent,
        )

    @classmethod
    def _saved(cls, matter: PayerMatter, invoice: Invoice) -> PaymentMethod | None:
        """Return what may be charged, if that isn't known to be in vain: as who asks for it by the API would find."""
        method, case = matter.method, matter.case
        owed = OwedAgain.asked_for(matter.subscription, invoice)
        if method is None or not method.can_pay(owed) or cls._has_expired(method, matter):
            return None
        if case is not None and case.is_open:
            is_in_vain = case.cause == DunningCause.NEW_CARD_NEEDED
            return None if is_in_vain or not ChargeableCase(case).is_chargeable else method
        return method

    @staticmethod
    def _next_try(case: DunningSchedule) -> Instant | None:
        """Say when a charge is tried by itself; a payer who is to push money isn't charged."""
        is_to_come = case.is_open and case.paused_at is None and CaseDrafts.is_try(case)
        return case.next_attempt_at if is_to_come else None

    @staticmethod
    def _has_expired(method: PaymentMethod, matter: PayerMatter) -> bool:
        if method.exp_year is None or method.exp_month is None:
            return False
        today = matter.now.to_fixed_offset().date()
        return (method.exp_year, method.exp_month) < (today.year, today.month)

    def _push_rails(
        self, matter: PayerMatter, invoice: Invoice, waiting: tuple[PaymentRequest, ...]
    ) -> tuple[Rail, ...]:
        """Name the rails that a payer can ask for: what is asked for is closed unless a case is open for it."""
        if invoice.status is not InvoiceStatus.OPEN or matter.case is None or not matter.case.is_open:
            return ()
        taken = {request.rail for request in waiting}
        wanted, phone = matter.wishes.dunning.rails, matter.customer.phone
        return tuple(
            rail for rail in self._rails.of(wanted, currency=invoice.currency, phone=phone) if rail not in taken
        )

    def _takes_cards(self, currency: Currency) -> bool:
        return self._gateways.default.supports(currency)

    @staticmethod
    def _is_spent(matter: PayerMatter) -> bool:
        return sum(at > matter.now - _COUNTED for at in matter.payers_tries) >= _MOST_TRIES

    def _why(self, matter: PayerMatter) -> str:
        declined = [one for one in matter.attempts if one.status is AttemptStatus.FAILED]
        if not declined:
            return ""
        last = declined[-1]
        return self._codes.find(provider=last.provider, code=last.failure_code or "").payer_words
