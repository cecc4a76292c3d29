from dataclasses import dataclass, replace
from typing import Final, final

from whenever import Instant

from duro.billing import FailureCategory
from duro.billing.recovery import (
    AdviceRule,
    DunningAttempt,
    FailureCode,
    Instrument,
    Network,
    NetworkBudget,
    PublishedBudget,
    Rail,
    Standing,
)
from duro.db.records import AttemptStatus, Initiator, InvoiceKind, PaymentAttempt
from duro.db.renewal_rows import RenewalSettlement, SettlementSubject
from duro.payments import FailureCodes

_NEVER_DECLINED: Final = frozenset({"not_presented", "taken_otherwise"})
_NEVER_JUDGED: Final = frozenset({"not_taken"})


@final
@dataclass(frozen=True, slots=True)
class CardVerdicts:
    """What the answers to charges say of a card or mandate itself, by the tables of codes and the networks' rules."""

    codes: FailureCodes
    budget: NetworkBudget

    @classmethod
    def published(cls) -> "CardVerdicts":
        return cls(FailureCodes.bundled(), PublishedBudget().budget())

    def told(
        self, settlement: RenewalSettlement, subject: SettlementSubject, attempt: PaymentAttempt
    ) -> RenewalSettlement:
        """Settle what an answer says of the card, too."""
        is_barred = self.bars(attempt, Network.of_brand(subject.brand))
        barred = attempt.payment_method_id if is_barred else None
        return replace(settlement, barred=barred, is_verdict=self._counted(subject, attempt))

    def _counted(self, subject: SettlementSubject, attempt: PaymentAttempt) -> bool | None:
        """Say whether the attempt counts for its card's budgets: of Duro's own, and of those one whose bank said no.

        None where nothing had been counted: a first charge is a try of the card only once it is declined.
        """
        if not self.is_planned(attempt):
            return None
        if self.is_verdict(attempt, activated_at=subject.activated_at):
            return True
        is_first = subject.invoice.kind is InvoiceKind.PERIOD and subject.subscription.is_renewing
        return None if is_first else False

    def is_decline(self, attempt: PaymentAttempt) -> bool:
        """Say whether a network may count it: not what was never sent, nor what turned out to have been taken."""
        return attempt.status is AttemptStatus.FAILED and attempt.failure_code not in _NEVER_DECLINED

    def is_verdict(self, attempt: PaymentAttempt, *, activated_at: Instant | None) -> bool:
        """Say whether the payer's bank judged it; a mandate says when it was activated."""
        instrument = Instrument("", Rail(attempt.rail), attempt.created_at, activated_at=activated_at)
        seen = DunningAttempt(at=attempt.created_at, instrument=instrument, failure=self.failure(attempt))
        is_judged = self.is_decline(attempt) and attempt.failure_code not in _NEVER_JUDGED
        return is_judged and seen.is_verdict(self.budget.mandate_set_up)

    def bars(self, attempt: PaymentAttempt, network: Network) -> bool:
        """Say whether bank or network want the card never charged again, or its payer stopped the charges."""
        return self.is_stopped(attempt) or self.bars_for_good(attempt, network)

    def bars_for_good(self, attempt: PaymentAttempt, network: Network) -> bool:
        """Say whether the card may not be charged again even if its payer saves it once more.

        That they do is a consent of its own after they stopped the charges, and what is too much for a card this time
        says nothing of another amount.
        """
        is_too_much = self.failure(attempt).category is FailureCategory.LIMIT_EXCEEDED
        return self.is_final(attempt, network) and not is_too_much and not self.is_stopped(attempt)

    def is_stopped(self, attempt: PaymentAttempt) -> bool:
        """Say whether the payer stopped the charges."""
        is_failed = attempt.status is AttemptStatus.FAILED
        return is_failed and Standing.is_stopped(self.failure(attempt), self.advice(attempt))

    def is_final(self, attempt: PaymentAttempt, network: Network) -> bool:
        """Say whether this charge may never be tried again with this card."""
        is_failed = attempt.status is AttemptStatus.FAILED
        return is_failed and Standing.is_final(self.failure(attempt), self.advice(attempt), network)

    def waits_until(self, attempt: PaymentAttempt) -> Instant | None:
        """Say until when the network asked to wait."""
        advice = self.advice(attempt)
        return None if advice is None or not advice.wait else attempt.created_at + advice.wait

    def failure(self, attempt: PaymentAttempt) -> FailureCode:
        return self.codes.find(provider=attempt.provider, code=attempt.failure_code or "")

    def advice(self, attempt: PaymentAttempt) -> AdviceRule | None:
        return self.budget.advised(attempt.advice_code, at=attempt.created_at)

    @staticmethod
    def is_planned(attempt: PaymentAttempt) -> bool:
        """Say whether it was a try of Duro's own."""
        return attempt.initiator is Initiator.SCHEDULE
