from typing import final

from duro.db.contexts import RepositoryContexts
from duro.db.mandate_rows import PaymentMethodStatus
from duro.kernel import Clock, PaymentMethodId, TenantId
from duro.merchant_api.billing.gateways import GatewayRegistry
from duro.merchant_api.payment_methods.mandate_settlement import MandateSettlement


@final
class MandateService:
    """Asks providers how mandates stand, and ends there those that were removed here."""

    def __init__(self, contexts: RepositoryContexts, gateways: GatewayRegistry, *, clock: Clock) -> None:
        self._contexts = contexts
        self._gateways = gateways
        self._settlement = MandateSettlement(clock)

    async def refresh(self, tenant_id: TenantId, method_id: PaymentMethodId) -> PaymentMethodStatus | None:
        """Look one up and write down how it stands; None if it is no mandate of this tenant.

        One that is over is left alone. Raise UnknownGatewayError, or ConflictError `test_clock_advancing`.
        """
        async with self._contexts.open(tenant_id) as repos:
            method = await repos.payment_methods.get(method_id)
        if method is None or method.mandate is None:
            return None
        is_over = method.detached_at is not None or method.status is PaymentMethodStatus.REVOKED
        if is_over and method.mandate.look_at is None:
            return method.status
        gateway = self._gateways.mandates(method.provider)
        ask = gateway.lookup if method.detached_at is None else gateway.cancel
        answer = await ask(method.reference)
        async with self._contexts.open(tenant_id) as repos:
            settled = await self._settlement.settle(repos, method_id, answer)
        return method.status if settled is None else settled.status
