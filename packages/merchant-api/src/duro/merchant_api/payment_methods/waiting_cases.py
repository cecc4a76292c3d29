from typing import final

from whenever import Instant

from duro.billing import Amendment
from duro.db.mandate_rows import PaymentMethodStatus
from duro.db.records import PaymentMethod
from duro.db.repositories import Repositories
from duro.merchant_api.subscriptions.change_log import ChangeLog


@final
class WaitingCases:
    """The recovery cases of a customer that wait for another way to pay, or for what became of the one they have."""

    @classmethod
    async def tell(cls, repos: Repositories, mandate: PaymentMethod, *, now: Instant) -> None:
        """Have cases that a mandate is charged for decided about anew, now that it can be charged, or can't any more.

        An active one is also what cases that ask for another method have waited for.
        """
        for subscription_id in await repos.dunning.lock_paid_with(mandate.id):
            if not await repos.attempts.unexplained_of_subscription(subscription_id):
                await repos.dunning.wake(subscription_id, now=now)
        if mandate.status is PaymentMethodStatus.ACTIVE:
            await cls.answer(repos, mandate, now=now)

    @staticmethod
    async def answer(repos: Repositories, method: PaymentMethod, *, now: Instant) -> None:
        """Let a new method pay for the subscriptions whose cases wait for their customer: each is tried at once.

        Whatever they were asked for, another way to pay answers it: what was added after they stopped the charges is a
        consent of its own, and a new card may need no approval.

        One that is charged at this moment goes on with the card it has, and so does one whose price is above a ceiling.
        """
        for subscription_id in await repos.dunning.lock_asking(method.customer_id):
            subscription = await repos.subscriptions.lock(subscription_id)
            if subscription is None or await repos.attempts.unexplained_of_subscription(subscription_id):
                continue
            if not method.can_pay(subscription.terms.amount.times(subscription.quantity)):
                continue
            change = Amendment(subscription).paid_with(method.id, is_charge_pending=False)
            await ChangeLog.changed(repos, change)
            await repos.dunning.wake(subscription_id, now=now)
