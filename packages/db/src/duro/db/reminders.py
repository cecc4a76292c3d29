from dataclasses import dataclass
from importlib.resources import files
from typing import Final, final

from whenever import Instant

from duro.billing import Subscription
from duro.db.session import TenantSession
from duro.db.subscriptions import SubscriptionRepository

_READ: Final = (files("duro.db") / "sql" / "read_unannounced.sql").read_text()


@final
@dataclass(frozen=True, slots=True)
class UpcomingRenewal:
    """A subscription that renews soon and whose payer wasn't told of it, and what that depends on."""

    subscription: Subscription
    has_card_expired: bool
    has_other_lines: bool

    @property
    def cause(self) -> str:
        """What a reminder of it is written for: this renewal, whatever is told of it."""
        return f"{self.subscription.id.value}@{self.subscription.current_period_end.timestamp()}"


@final
class ReminderRepository:
    """Renewals of the tenant that payers are to be told of before they come."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    async def unannounced(
        self, *, now: Instant, until: Instant, has_renewal_reminders: bool, limit: int
    ) -> tuple[UpcomingRenewal, ...]:
        """Read renewals up to then that nobody was told of, the soonest first.

        Without renewal reminders only the ends of trials are told, and what can't be charged or only with a card that
        expires before. A period that is no longer than the notice is never announced, nor is one that costs nothing or
        what lives on a test clock. What was told of a card that was replaced before it left is told anew.
        """
        rows = await self._session.fetch(_READ, now, until, has_renewal_reminders, limit)
        return tuple(
            UpcomingRenewal(SubscriptionRepository.read(row), row["has_card_expired"], row["has_other_lines"])
            for row in rows
        )
