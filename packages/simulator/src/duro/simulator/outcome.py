from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from duro.simulator.answer import Answer
from duro.simulator.arrays import Flags, Ints
from duro.simulator.docket import Docket
from duro.simulator.timeline import Timeline
from duro.simulator.world import World


@final
@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of every case under one policy. Recovered and lost are all that was at risk; open counts as lost."""

    CURVE_DAYS: ClassVar[tuple[int, ...]] = (7, 14, 21, 30)

    REASONS: ClassVar[tuple[Answer, ...]] = (
        Answer.INSUFFICIENT_FUNDS,
        Answer.DO_NOT_HONOR,
        Answer.PROCESSOR_ERROR,
        Answer.EXPIRED_CARD,
        Answer.HARD_DECLINE,
        Answer.AUTHENTICATION_REQUIRED,
    )

    window_days: int
    payer: Ints
    opened_at: Ints
    amount: Ints
    first_answer: Ints
    recovered_at: Ints
    tries: Ints
    messages: Ints
    breaches: Ints
    hard_retries: Ints
    is_canceled: Flags
    had_left: Flags

    @classmethod
    def of(cls, world: World, docket: Docket, window_days: int) -> "Outcome":
        return cls(
            window_days=window_days,
            payer=world.cases.payer,
            opened_at=world.cases.opened_at,
            amount=world.cases.amount,
            first_answer=world.cases.first_answer,
            recovered_at=docket.recovered_at,
            tries=docket.charges,
            messages=docket.messages,
            breaches=docket.breaches,
            hard_retries=docket.hard_retries,
            is_canceled=docket.is_canceled,
            had_left=docket.messages == 0,
        )

    @property
    def is_recovered(self) -> Flags:
        return self.recovered_at < Timeline.NEVER

    @property
    def at_risk(self) -> int:
        return int(self.amount.sum())

    @property
    def recovered(self) -> int:
        return int(self.amount[self.is_recovered].sum())

    @property
    def lost(self) -> int:
        return int(self.amount[~self.is_recovered].sum())

    def measures(self) -> dict[str, float]:
        """Return the figures of one policy in one world, by name."""
        won = self.is_recovered
        days = (self.recovered_at - self.opened_at)[won] / Timeline.DAY
        curve = {f"recovered_share_by_day_{day}": self._share_by(day) for day in self.CURVE_DAYS}
        return {
            "recovered_share": self.recovered / max(self.at_risk, 1),
            "attempts_per_case": float(self.tries.mean()),
            "breaches": float(self.breaches.sum()),
            "hard_retries": float(self.hard_retries.sum()),
            "messages_per_case": float(self.messages.mean()),
            "days_to_recovery": float(days.mean()) if len(days) else 0.0,
            "kept_share": self._kept_share(),
            "canceled_share": float(self.is_canceled.mean()),
            "lost_to_leaving_share": int(self.amount[self.had_left].sum()) / max(self.at_risk, 1),
            **curve,
            **{f"recovered_share_of_{reason.name.lower()}": self._share_of(reason) for reason in self.REASONS},
        }

    def _share_of(self, reason: Answer) -> float:
        """Return what came back of the money that failed for a reason, or 0 where none did."""
        failed = self.first_answer == reason
        return int(self.amount[failed & self.is_recovered].sum()) / max(int(self.amount[failed].sum()), 1)

    def _share_by(self, day: int) -> float:
        is_by_then = self.recovered_at - self.opened_at <= day * Timeline.DAY
        return int(self.amount[is_by_then].sum()) / max(self.at_risk, 1)

    def _kept_share(self) -> float:
        """Return the share of payers with a failure whose last case was recovered and who never left."""
        payers = int(self.payer.max()) + 1
        last = np.zeros(payers, dtype=np.int64)
        np.maximum.at(last, self.payer, np.arange(len(self.payer)) + 1)
        left = np.zeros(payers, dtype=np.bool_)
        np.logical_or.at(left, self.payer, self.is_canceled)
        had = last > 0
        kept = self.is_recovered[last[had] - 1] & ~left[had]
        return float(kept.mean())
