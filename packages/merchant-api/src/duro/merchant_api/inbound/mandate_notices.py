from typing import final

from duro.kernel import PaymentMethodId, TenantId
from duro.merchant_api.inbound.doubt import Doubt
from duro.merchant_api.payment_methods import MandateService
from duro.payments import MandateActivated, MandateRevoked


@final
class MandateNotices:
    """Has a mandate looked up of which its provider told something: what counts is how it stands by now."""

    def __init__(self, mandates: MandateService) -> None:
        self._mandates = mandates

    async def tell(
        self, tenant_id: TenantId, method_id: PaymentMethodId, notice: MandateActivated | MandateRevoked
    ) -> Doubt | None:
        """Leave only a notice of what is no mandate to a person; an unanswered look-up is asked again by itself."""
        status = await self._mandates.refresh(tenant_id, method_id)
        return Doubt.unknown(notice.reference) if status is None else None
