from dataclasses import dataclass
from typing import final

import numpy as np

from duro.simulator.ailments import Ailments
from duro.simulator.answer import Answer
from duro.simulator.arrays import Ints
from duro.simulator.renewals import Renewals
from duro.simulator.timeline import Timeline


@final
@dataclass(frozen=True, slots=True)
class Cases:
    """Every renewal that failed, whatever is then done about it: the same list for every policy."""

    payer: Ints
    month: Ints
    opened_at: Ints
    amount: Ints
    first_answer: Ints
    ailment: Ints
    blocked_until: Ints
    network: Ints
    added_at: Ints

    @classmethod
    def of(cls, renewals: Renewals, *, ailments: Ailments, amount: Ints, answer: Ints, network_of: Ints) -> "Cases":
        """List the renewals that weren't approved; a payer's card was added a month before their first renewal."""
        failed = np.flatnonzero(answer != Answer.APPROVED)
        payer = renewals.payer[failed]
        first = np.full(len(network_of), Timeline.NEVER, dtype=np.int64)
        np.minimum.at(first, renewals.payer, renewals.at)
        return cls(
            payer=payer,
            month=renewals.month[failed],
            opened_at=renewals.at[failed],
            amount=amount[failed],
            first_answer=answer[failed],
            ailment=ailments.kind[failed],
            blocked_until=ailments.blocked_until[failed],
            network=network_of[payer],
            added_at=first[payer] - 30 * Timeline.DAY,
        )

    def __len__(self) -> int:
        return len(self.payer)

    @property
    def at_risk(self) -> int:
        """Return all money that failed, in minor units."""
        return int(self.amount.sum())

    def of_month(self, month: int) -> Ints:
        return np.flatnonzero(self.month == month)
