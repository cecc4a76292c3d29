from dataclasses import replace
from typing import final

from whenever import Instant

from duro.billing import MissedPeriodsPlanner
from duro.db.renewal_rows import RenewalSettlement, SettlementSubject


@final
class CardPacing:
    """The cards that are charged for what payers missed: once a day each, wherever saved and whatever for."""

    def __init__(self) -> None:
        self._taken: dict[bytes, Instant] = {}

    def spaced(self, settlement: RenewalSettlement, subject: SettlementSubject) -> RenewalSettlement:
        """Have a subscription that catches up wait for those before it, in this transaction or an earlier one."""
        subscription = settlement.subscription
        card = subject.card_key
        if subscription.renews_from is None or card is None:
            return settlement
        for taken_from in (subject.card_taken_from, self._taken.get(card)):
            if taken_from is not None:
                subscription = MissedPeriodsPlanner.spaced(subscription, taken_from)
        if subscription.renews_from is not None:
            self._taken[card] = subscription.renews_from
        return replace(settlement, subscription=subscription)
