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

    async def execute(
        self, tenant_id: TenantId, subscription_id: SubscriptionId, *, provider: str, body: bytes, key: str
    ) -> Received:
        """Receive what the notice of that key tells of, under the provider's own reference: once.

        Raise NotFoundError for a provider or subscription that isn't known, and ConflictError `not_money`.
        """
        reader = self._readers.get(provider)
        if reader is None:
            raise NotFoundError("provider", provider)
        told = reader.read(body)
        notices = () if isinstance(told, Malformed) else told.notices
        for notice in notices:
            if isinstance(notice, MoneyReceived) and notice.event_id == key:
                return await self._receive.execute(
                    tenant_id,
                    ArrivedMoney(
                        provider=provider,
                        reference=notice.provider_reference,
                        amount=notice.amount,
                        rail=notice.rail,
                        at=notice.at,
                        fee=notice.fee,
                        subscription_id=subscription_id,
                    ),
                )
        code = "not_money"
        raise ConflictError(code, "The notice tells of no money that came.")
