import math
from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from duro.simulator.answer import Answer
from duro.simulator.arrays import Flags, Ints
from duro.simulator.calibration import Calibration
from duro.simulator.docket import Docket
from duro.simulator.lives import Lives
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

    FAILURES: ClassVar[tuple[tuple[int, int], ...]] = ((1, 1), (2, 2), (3, 4), (5, 8), (9, 36))
    UNPAID_DAYS: ClassVar[int] = 30
    KEPT_A_DAY: ClassVar[float] = 0.99

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
    lives: Lives
    calibration: Calibration

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
            lives=Lives.of(world, docket),
            calibration=Calibration.of(docket),
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
        """Return the figures of one policy in one world, by name.

        Discounted money is worth 1 % less every day that it comes later. A case is unpaid for the days until it is
        recovered, and for 30 if it isn't by then.
        """
        won = self.is_recovered
        taken = (self.recovered_at - self.opened_at) / Timeline.DAY
        days = taken[won]
        nth = self._nth
        curve = {f"recovered_share_by_day_{day}": self._share_by(day) for day in self.CURVE_DAYS}
        return {
            "recovered_share": self.recovered / max(self.at_risk, 1),
            "attempts_per_case": float(self.tries.mean()),
            "breaches": float(self.breaches.sum()),
            "hard_retries": float(self.hard_retries.sum()),
            "messages_per_case": float(self.messages.mean()),
            "days_to_recovery": float(days.mean()) if len(days) else 0.0,
            "unpaid_days_per_case": float(np.minimum(taken, self.UNPAID_DAYS).mean()),
            "discounted_share": float((self.amount[won] * self.KEPT_A_DAY**days).sum()) / max(self.at_risk, 1),
            "collected_share": self.lives.collected_share,
            "life_share": self.lives.until_lost_share,
            "kept_share": self._kept_share(),
            "canceled_share": float(self.is_canceled.mean()),
            "lost_to_leaving_share": int(self.amount[self.had_left].sum()) / max(self.at_risk, 1),
            **curve,
            **{
                f"recovered_share_of_{reason.name.lower()}": self._share_of(self.first_answer == reason)
                for reason in self.REASONS
            },
            **{
                f"recovered_share_at_failure_{first}": self._share_of((nth >= first) & (nth <= last))
                for first, last in self.FAILURES
            },
        }

    def _share_of(self, chosen: Flags) -> float:
        """Return what came back of the money of some cases, or NaN where there are none."""
        if not chosen.any():
            return math.nan
        return int(self.amount[chosen & self.is_recovered].sum()) / int(self.amount[chosen].sum())

    @property
    def _nth(self) -> Ints:
        """Count, for each case, which failure of its payer it is; cases are in order of time for every payer."""
        order = np.argsort(self.payer, kind="stable")
        payer = self.payer[order]
        starts = np.flatnonzero(np.r_[True, payer[1:] != payer[:-1]])
        nth = np.empty(len(order), dtype=np.int64)
        nth[order] = np.arange(len(order)) - np.repeat(starts, np.diff(np.r_[starts, len(order)])) + 1
        return nth

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
