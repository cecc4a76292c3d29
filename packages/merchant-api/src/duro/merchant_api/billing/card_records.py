from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import final

from whenever import Instant

from duro.billing.recovery import CardUsage, Network
from duro.db.records import AttemptStatus, PaymentAttempt, PaymentMethod
from duro.db.recovery import CardHistory
from duro.kernel import Money
from duro.merchant_api.billing.card_verdicts import CardVerdicts


@final
@dataclass(frozen=True, slots=True)
class CardRecords:
    """What has become of charges of cards, wherever they are saved: all of one merchant's, and planned tries of all."""

    verdicts: CardVerdicts
    history: CardHistory
    tries: Mapping[bytes, tuple[Instant, ...]] = field(default_factory=dict[bytes, tuple[Instant, ...]])

    def usage(self, method: PaymentMethod, *, owed: Money) -> CardUsage:
        """Say how much a charge of so much would find used of the budgets; what isn't answered yet may be declined."""
        attempts = self.history.of(method.card_key)
        network = Network.of_brand(method.brand)
        declined = [attempt for attempt in attempts if self.verdicts.is_decline(attempt)]
        counted = [attempt for attempt in attempts if attempt.is_unexplained or self.verdicts.is_decline(attempt)]
        waits = [until for attempt in declined if (until := self.verdicts.waits_until(attempt)) is not None]
        return CardUsage(
            network=network,
            provider=method.provider,
            automatic=self._automatic(method, declined),
            merchant=tuple(attempt.created_at for attempt in counted),
            merchant_amount=tuple(attempt.created_at for attempt in counted if attempt.amount == owed),
            streak=self._streak(method, attempts, declined),
            is_barred=method.barred_at is not None
            or any(
                self.verdicts.is_final(attempt, network)
                and (attempt.payment_method_id == method.id or not self.verdicts.is_stopped(attempt))
                for attempt in declined
            ),
            waits_until=max(waits, default=None),
        )

    def _automatic(self, method: PaymentMethod, declined: list[PaymentAttempt]) -> tuple[Instant, ...]:
        activated_at = None if method.mandate is None else method.mandate.activated_at
        verdicts = {
            attempt.created_at
            for attempt in declined
            if self.verdicts.is_planned(attempt) and self.verdicts.is_verdict(attempt, activated_at=activated_at)
        }
        return tuple(sorted(verdicts | set(self.tries.get(method.card_key, ()))))

    def _streak(
        self, method: PaymentMethod, attempts: tuple[PaymentAttempt, ...], declined: list[PaymentAttempt]
    ) -> tuple[Instant, ...]:
        """Count failures in a row: here, and of other merchants' tries since the last success here."""
        won = max((one.created_at for one in attempts if one.status is AttemptStatus.SUCCEEDED), default=Instant.MIN)
        failures = {attempt.created_at for attempt in declined} | set(self.tries.get(method.card_key, ()))
        return tuple(sorted(at for at in failures if at > won))
