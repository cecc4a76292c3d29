from typing import final

from duro.kernel import PaymentAttemptId, PaymentRequestId, TenantId
from duro.merchant_api.inbound.doubt import Doubt
from duro.merchant_api.pushed import ArrivedMoney, ReceiveMoney
from duro.payments import ChargeSucceeded, MoneyReceived


@final
class MoneyNotices:
    """Has money received that a provider told of, under the provider's own reference."""

    def __init__(self, receive: ReceiveMoney) -> None:
        self._receive = receive

    async def tell(
        self,
        tenant_id: TenantId,
        subject: PaymentRequestId | PaymentAttemptId,
        notice: MoneyReceived | ChargeSucceeded,
        *,
        provider: str,
    ) -> Doubt | None:
        """Leave nothing to a person: what can't be allocated is the subscription's credit or waits in the books."""
        money = ArrivedMoney(
            provider=provider,
            reference=notice.provider_reference,
            amount=notice.amount,
            rail=notice.rail,
            at=notice.at,
            fee=notice.fee,
            request_id=subject if isinstance(subject, PaymentRequestId) else None,
            attempt_id=subject if isinstance(subject, PaymentAttemptId) else None,
        )
        await self._receive.execute(tenant_id, money)
        return None
