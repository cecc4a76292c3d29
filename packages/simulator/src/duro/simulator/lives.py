from dataclasses import dataclass
from typing import final

import numpy as np

from duro.simulator.arrays import Ints
from duro.simulator.docket import Docket
from duro.simulator.timeline import Timeline
from duro.simulator.world import World


@final
@dataclass(frozen=True, slots=True)
class Lives:
    """What all subscriptions brought in, of all that was billed: renewals paid at once and money recovered.

    `collected` ends a subscription when its payer cancels; `until_lost` already with its first case that was lost, as
    where a service is cut off.
    """

    billed: int
    collected: int
    until_lost: int

    @classmethod
    def of(cls, world: World, docket: Docket) -> "Lives":
        cases, never = world.cases, np.full(world.payers, Timeline.NEVER, dtype=np.int64)
        left_at, lost_at = never.copy(), never.copy()
        gone = docket.is_canceled
        np.minimum.at(left_at, cases.payer[gone], docket.ended_at[gone])
        lost = docket.recovered_at == Timeline.NEVER
        np.minimum.at(lost_at, cases.payer[lost], cases.opened_at[lost])
        return cls(
            billed=int(world.paid.amount.sum()) + cases.at_risk,
            collected=cls._until(left_at, world, docket),
            until_lost=cls._until(np.minimum(left_at, lost_at), world, docket),
        )

    @staticmethod
    def _until(ends_at: Ints, world: World, docket: Docket) -> int:
        paid, cases = world.paid, world.cases
        was_paid = paid.at < ends_at[paid.payer]
        was_recovered = (docket.recovered_at < Timeline.NEVER) & (cases.opened_at < ends_at[cases.payer])
        return int(paid.amount[was_paid].sum()) + int(cases.amount[was_recovered].sum())

    @property
    def collected_share(self) -> float:
        return self.collected / max(self.billed, 1)

    @property
    def until_lost_share(self) -> float:
        return self.until_lost / max(self.billed, 1)
