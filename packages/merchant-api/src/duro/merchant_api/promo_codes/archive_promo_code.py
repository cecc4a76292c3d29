from dataclasses import replace
from typing import Final, final

from duro.billing import PromoCode
from duro.db.contexts import RepositoryContexts
from duro.kernel import Clock, IdFactory, NotFoundError, PromoCodeId, TenantId
from duro.merchant_api.receipts import NoReceipt, Receipt

_UNSIGNED: Final = NoReceipt()


@final
class ArchivePromoCode:
    """Takes a promo code back: nobody redeems it any more, and its code is free for another.

    Who has redeemed it keeps what it gave. Archiving twice changes nothing.
    """

    def __init__(self, contexts: RepositoryContexts, ids: IdFactory, clock: Clock) -> None:
        self._contexts = contexts
        self._ids = ids
        self._clock = clock

    async def execute(
        self,
        tenant_id: TenantId,
        promo_code_id: PromoCodeId,
        receipt: Receipt[PromoCode] = _UNSIGNED,
    ) -> PromoCode:
        async with self._contexts.open(tenant_id) as repos:
            await receipt.claim(repos, self._ids)
            promo_code = await repos.promo_codes.lock(promo_code_id)
            if promo_code is None:
                raise NotFoundError("promo code", promo_code_id)
            if promo_code.archived_at is None:
                now = self._clock.now()
                promo_code = replace(promo_code, archived_at=now, updated_at=now)
                await repos.promo_codes.archive(promo_code.id, now=now)
            await receipt.sign(repos, promo_code)
        return promo_code
