from typing import Protocol

from duro.kernel import PaymentAttemptId, PaymentMethodId, PaymentRequestId, TenantId
from duro.merchant_api.inbound.doubt import Doubt
from duro.payments import ChargeSucceeded, MandateActivated, MandateRevoked, MoneyReceived


class MoneyListener(Protocol):
    """Takes up money that came without a charge of ours, or by one that had failed, once for each of its references."""

    async def tell(
        self,
        tenant_id: TenantId,
        subject: PaymentRequestId | PaymentAttemptId,
        notice: MoneyReceived | ChargeSucceeded,
        *,
        provider: str,
    ) -> Doubt | None:
        """Say why a person has to look at it; None where it was dealt with."""
        ...


class MandateListener(Protocol):
    """Takes up that a payer approved debits of the saved method of that id, or that the approval has ended."""

    async def tell(
        self, tenant_id: TenantId, method_id: PaymentMethodId, notice: MandateActivated | MandateRevoked
    ) -> Doubt | None:
        """Say why a person has to look at it; None where it was dealt with. A repeat changes nothing."""
        ...
