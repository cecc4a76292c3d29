"""What merchants hand out so that customers pay less: promo codes, and how they are redeemed."""

from duro.merchant_api.promo_codes.archive_promo_code import ArchivePromoCode
from duro.merchant_api.promo_codes.create_promo_code import CreatePromoCode, CreatePromoCodeCommand
from duro.merchant_api.promo_codes.read_promo_codes import GetPromoCode, GetPromoCodeByCode, ListPromoCodes
from duro.merchant_api.promo_codes.redeem_promo_code import RedeemPromoCode, RedeemPromoCodeCommand
from duro.merchant_api.promo_codes.redemption import Redemption
from duro.merchant_api.promo_codes.remove_promo_code import RemovePromoCode

__all__ = [
    "ArchivePromoCode",
    "CreatePromoCode",
    "CreatePromoCodeCommand",
    "GetPromoCode",
    "GetPromoCodeByCode",
    "ListPromoCodes",
    "RedeemPromoCode",
    "RedeemPromoCodeCommand",
    "Redemption",
    "RemovePromoCode",
]
