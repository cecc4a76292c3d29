from typing import final

from duro.billing import SubscriptionChange
from duro.db.repositories import Repositories
from duro.merchant_api.billing.event_records import EventRecords


@final
class ChangeLog:
    """Writes a subscription's change down together with the events that tell of it."""

    @classmethod
    async def begun(cls, repos: Repositories, change: SubscriptionChange) -> None:
        """Insert a subscription that is new."""
        await repos.subscriptions.insert(change.subscription)
        await cls._tell(repos, change)

    @classmethod
    async def changed(cls, repos: Repositories, change: SubscriptionChange) -> None:
        """Update a subscription that the transaction has locked."""
        await repos.subscriptions.update(change.subscription)
        await cls._tell(repos, change)

    @staticmethod
    async def _tell(repos: Repositories, change: SubscriptionChange) -> None:
        await repos.events.append(change.subscription, change.events, EventRecords.data(change.subscription))
