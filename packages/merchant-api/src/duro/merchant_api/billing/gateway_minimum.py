from typing import final

from duro.billing import Subscription
from duro.db.repositories import Repositories
from duro.kernel import Money
from duro.merchant_api.billing.gateways import GatewayRegistry


@final
class GatewayMinimum:
    """Says what is the least that a subscription can be charged."""

    def __init__(self, gateways: GatewayRegistry) -> None:
        self._gateways = gateways

    async def of(self, repos: Repositories, subscription: Subscription) -> Money | None:
        """Ask the provider of its payment method; None where there is no method to charge."""
        method_id = subscription.payment_method_id
        method = None if method_id is None else await repos.payment_methods.get(method_id)
        if method is None or method.detached_at is not None:
            return None
        return self._gateways.named(method.provider).minimum(subscription.balance.currency)

    async def by_any_method(self, repos: Repositories, subscription: Subscription) -> Money:
        """Say the same also where there is no method: the next one will be saved with the default provider."""
        found = await self.of(repos, subscription)
        return self._gateways.default.minimum(subscription.balance.currency) if found is None else found
