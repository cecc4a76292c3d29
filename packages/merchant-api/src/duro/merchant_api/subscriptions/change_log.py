from typing import final

from duro.billing import SubscriptionChange
from duro.db.records import Invoice
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
    async def changed(cls, repos: Repositories, change: SubscriptionChange, invoice: Invoice | None = None) -> None:
        """Update a subscription that the transaction has locked; the events name the invoice they are about."""
        await repos.subscriptions.update(change.subscription)
        await cls._tell(repos, change, invoice)

    @staticmethod
    async def _tell(repos: Repositories, change: SubscriptionChange, invoice: Invoice | None = None) -> None:
        data = EventRecords.data(change.subscription, invoice)
        await repos.events.append(change.subscription, change.events, data)
