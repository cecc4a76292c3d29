from dataclasses import dataclass
from typing import final

from duro.simulator.arrays import Flags, Ints


@final
@dataclass(frozen=True, slots=True)
class CaseView:
    """What a merchant can see of open cases, one row each: all that a policy is ever given, in copies.

    Times are slots of half an hour; NEVER stands for what hasn't happened. The tries of a case stand in columns, the
    failed renewal first; beyond `tries` the columns say NOTHING. `seen_at` and `seen` are what was seen of the payer's
    account until now, in no order. A card's added_at moves when the payer replaces it.
    """

    case: Ints
    payer: Ints
    amount: Ints
    network: Ints
    opened_at: Ints
    deadline_at: Ints
    now: Ints
    tries: Ints
    tried_at: Ints
    answers: Ints
    ways: Ints
    messages: Ints
    messaged_at: Ints
    card_added_at: Ints
    authenticated_at: Ints
    can_push: Flags
    mandate_at: Ints
    seen_at: Ints
    seen: Ints

    def __len__(self) -> int:
        return len(self.case)
