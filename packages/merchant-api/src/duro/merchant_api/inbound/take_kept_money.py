from collections.abc import Sequence
from typing import final

from duro.kernel import ConflictError, NotFoundError, SubscriptionId, TenantId
from duro.merchant_api.pushed import ArrivedMoney, Received, ReceiveMoney
from duro.payments import Malformed, MoneyReceived, NoticeReader


@final
class TakeKeptMoney:
    """Takes in money that a provider told of and nobody knew the purpose of, for the subscription a person names."""

    def __init__(self, readers: Sequence[NoticeReader], receive: ReceiveMoney) -> None:
        self._readers = {reader.name: reader for reader in readers}
        self._receive = receive

    def told(self, *, provider: str, body: bytes, key: str) -> MoneyReceived:
        """Read what the notice of that key tells of.

        Raise NotFoundError for a provider that isn't known, and ConflictError `not_money`.
        """
        reader = self._readers.get(provider)
        if reader is None:
            raise NotFoundError("provider", provider)
        read = reader.read(body)
        for notice in () if isinstance(read, Malformed) else read.notices:
            if isinstance(notice, MoneyReceived) and notice.event_id == key:
                return notice
        code = "not_money"
        raise ConflictError(code, "The notice tells of no money that came.")

    async def execute(
        self, tenant_id: TenantId, subscription_id: SubscriptionId, *, provider: str, told: MoneyReceived
    ) -> Received:
        """Receive the money under the provider's own reference, once for a tenant: be sure that no other has it.

        Raise NotFoundError for a subscription that isn't the tenant's.
        """
        return await self._receive.execute(
            tenant_id,
            ArrivedMoney(
                provider=provider,
                reference=told.provider_reference,
                amount=told.amount,
                rail=told.rail,
                at=told.at,
                fee=told.fee,
                subscription_id=subscription_id,
            ),
        )
