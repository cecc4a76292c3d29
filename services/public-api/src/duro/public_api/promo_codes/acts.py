from dataclasses import dataclass
from typing import final

from duro.db import RepositoryContexts
from duro.kernel import Clock, IdFactory
from duro.merchant_api.promo_codes import (
    ArchivePromoCode,
    CreatePromoCode,
    GetPromoCode,
    GetPromoCodeByCode,
    ListPromoCodes,
    RedeemPromoCode,
    RemovePromoCode,
)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PromoCodeActs:
    """Everything a merchant can do with promo codes in one mode."""

    create: CreatePromoCode
    archive: ArchivePromoCode
    get: GetPromoCode
    get_by_code: GetPromoCodeByCode
    list: ListPromoCodes
    redeem: RedeemPromoCode
    remove: RemovePromoCode

    @classmethod
    def over(cls, contexts: RepositoryContexts, ids: IdFactory, clock: Clock) -> "PromoCodeActs":
        return cls(
            create=CreatePromoCode(contexts, ids, clock),
            archive=ArchivePromoCode(contexts, ids, clock),
            get=GetPromoCode(contexts),
            get_by_code=GetPromoCodeByCode(contexts),
            list=ListPromoCodes(contexts),
            redeem=RedeemPromoCode(contexts, ids, clock),
            remove=RemovePromoCode(contexts, ids, clock),
        )
