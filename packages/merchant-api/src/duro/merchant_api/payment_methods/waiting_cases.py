from typing import final

from whenever import Instant

from duro.billing import Amendment
from duro.db.records import PaymentMethod
from duro.db.repositories import Repositories
from duro.merchant_api.subscriptions.change_log import ChangeLog


@final
class WaitingCases:
    """The recovery cases of a customer that wait for another card."""

    @staticmethod
    async def answer(repos: Repositories, method: PaymentMethod, *, now: Instant) -> None:
        """Let a new card pay for the subscriptions whose cases ask the customer for one: each is tried at once.

        One that is charged at this moment goes on with the card it has.
        """
        for subscription_id in await repos.dunning.lock_asking(method.customer_id):
            subscription = await repos.subscriptions.lock(subscription_id)
            if subscription is None or await repos.attempts.unexplained_of_subscription(subscription_id):
                continue
            change = Amendment(subscription).paid_with(method.id, is_charge_pending=False)
            await ChangeLog.changed(repos, change)
            await repos.dunning.wake(subscription_id, now=now)
