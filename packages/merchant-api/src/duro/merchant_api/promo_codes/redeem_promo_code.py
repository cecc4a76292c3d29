from dataclasses import dataclass
from typing import Final, final

from duro.billing import Amendment, Subscription
from duro.db.contexts import RepositoryContexts
from duro.kernel import Clock, ConflictError, IdFactory, SubscriptionId, TenantId
from duro.merchant_api.promo_codes.promotable_subscription import PromotableSubscription
from duro.merchant_api.promo_codes.redemption import Redemption
from duro.merchant_api.receipts import NoReceipt, Receipt
from duro.merchant_api.subscriptions.change_log import ChangeLog
from duro.merchant_api.test_clocks.customer_clocks import CustomerClocks

_UNSIGNED: Final = NoReceipt()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RedeemPromoCodeCommand:
    """Which code is redeemed for which subscription."""

    subscription_id: SubscriptionId
    code: str


@final
class RedeemPromoCode:
    """Redeems a promo code for a subscription that runs: it takes something off the invoices to come.

    What it had before is replaced; an invoice that is open stays as it is.
    """

    def __init__(self, contexts: RepositoryContexts, ids: IdFactory, clock: Clock) -> None:
        self._contexts = contexts
        self._ids = ids
        self._clocks = CustomerClocks(clock)

    async def execute(
        self,
        tenant_id: TenantId,
        command: RedeemPromoCodeCommand,
        receipt: Receipt[Subscription] = _UNSIGNED,
    ) -> Subscription:
        """Raise NotFoundError, or ConflictError for what the code or the subscription doesn't allow now.

        A code that the subscription has already is `promo_code_already_redeemed`.
        """
        async with self._contexts.open(tenant_id) as repos:
            await receipt.claim(repos, self._ids)
            subscription = await PromotableSubscription.locked(repos, command.subscription_id)
            clock = await self._clocks.of(repos, subscription.test_clock_id)
            terms = Amendment(subscription).as_renewed.terms
            promotion = await Redemption(command.code, terms, clock.now()).promotion(repos)
            if subscription.promotion is not None and subscription.promotion.promo_code_id == promotion.promo_code_id:
                code = "promo_code_already_redeemed"
                raise ConflictError(code, f"The subscription has the promo code {promotion.code} already.")
            change = subscription.promoted(promotion)
            await ChangeLog.changed(repos, change)
            await receipt.sign(repos, change.subscription)
        return change.subscription
