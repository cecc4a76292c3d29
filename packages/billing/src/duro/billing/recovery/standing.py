from dataclasses import dataclass
from typing import Final, final

from whenever import Instant, TimeDelta

from duro.billing.failure_category import FailureCategory
from duro.billing.recovery.advice import AdviceEffect, AdviceRule
from duro.billing.recovery.dunning_context import DunningAttempt, DunningContext
from duro.billing.recovery.failure_code import FailureCode
from duro.billing.recovery.network import Network
from duro.billing.recovery.network_budget import NetworkBudget

_NEVER_CATEGORY: Final = 1


@final
@dataclass(frozen=True, slots=True)
class Standing:
    """What the tries of a case say about it: what was forbidden, asked for and learned of the method charged next."""

    last: DunningAttempt | None
    revoked_at: Instant | None
    is_barred: bool
    needs_new_card: bool
    needs_authentication: bool
    waits_until: Instant | None
    soft_declines: int

    @classmethod
    def of(cls, context: DunningContext, budget: NetworkBudget) -> "Standing":
        method = context.method
        key = None if method is None else method.key
        last, waits_until = None, context.usage.waits_until
        revoked_at = context.revoked_at
        is_barred, needs_new_card, needs_authentication, soft_declines = context.usage.is_barred, False, False, 0
        for attempt in context.attempts:
            advice, failure = budget.advised(attempt.advice, at=attempt.at), attempt.failure
            if cls.is_stopped(failure, advice):
                revoked_at = attempt.at if revoked_at is None else max(revoked_at, attempt.at)
            if attempt.instrument.key != key:
                continue
            last = attempt
            is_barred = is_barred or cls.bars(attempt, advice)
            wants_authentication = advice is not None and failure.code in advice.authenticate_with
            is_new_card_advised = cls._has(advice, AdviceEffect.NEW_CARD) and not wants_authentication
            needs_new_card = needs_new_card or failure.requires_new_card or is_new_card_advised
            needs_authentication = wants_authentication or failure.category is FailureCategory.AUTHENTICATION_REQUIRED
            if advice is not None and advice.wait > TimeDelta.ZERO:
                until = attempt.at + advice.wait
                waits_until = until if waits_until is None else max(waits_until, until)
            if failure.category is FailureCategory.DO_NOT_HONOR and not attempt.is_manual:
                soft_declines += attempt.is_verdict(budget.mandate_set_up)
        return cls(last, revoked_at, is_barred, needs_new_card, needs_authentication, waits_until, soft_declines)

    @property
    def category(self) -> FailureCategory | None:
        """Return why the method failed last, or None for one that nobody has tried yet."""
        return None if self.last is None else self.last.failure.category

    def is_revoked_for(self, added_at: Instant) -> bool:
        """Say whether the payer stopped all charges after adding this: what was added since is a consent of its own."""
        return self.revoked_at is not None and added_at <= self.revoked_at

    @staticmethod
    def _has(advice: AdviceRule | None, effect: AdviceEffect) -> bool:
        return advice is not None and advice.effect is effect

    @classmethod
    def bars(cls, attempt: DunningAttempt, advice: AdviceRule | None) -> bool:
        return cls.is_final(attempt.failure, advice, attempt.instrument.network)

    @classmethod
    def is_final(cls, failure: FailureCode, advice: AdviceRule | None, network: Network) -> bool:
        """Say whether the instrument may never be charged again, as its bank or its network wants."""
        is_visa_never = failure.visa_category == _NEVER_CATEGORY and network is Network.VISA
        return failure.is_final or is_visa_never or cls._has(advice, AdviceEffect.NEVER_AGAIN)

    @classmethod
    def is_stopped(cls, failure: FailureCode, advice: AdviceRule | None) -> bool:
        """Say whether the payer stopped these charges."""
        return failure.is_revocation or cls._has(advice, AdviceEffect.REVOKED)
