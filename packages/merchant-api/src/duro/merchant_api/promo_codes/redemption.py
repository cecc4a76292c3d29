from dataclasses import dataclass
from typing import final

from whenever import Instant

from duro.billing import PromoCode, Promotion, Terms
from duro.db.repositories import Repositories
from duro.kernel import ConflictError, NotFoundError


@final
@dataclass(frozen=True, slots=True)
class Redemption:
    """One customer's use of a code for a subscription, within the transaction that gives them what it promises."""

    code: str
    terms: Terms
    now: Instant

    async def promotion(self, repos: Repositories) -> Promotion:
        """Count the redemption and give the promotion; both are undone with the transaction.

        Raise NotFoundError for a code that isn't the tenant's or is archived, or ConflictError as `PromoCode` does.
        """
        promo_code = await self._found(repos)
        promotion = promo_code.promotion_for(self.terms, self.now)
        if not await repos.promo_codes.redeem(promo_code.id, now=self.now):
            raise await self._lost(repos, promo_code)
        return promotion

    async def _lost(self, repos: Repositories, promo_code: PromoCode) -> ConflictError:
        """Say what somebody else did to it between our look and our turn."""
        (await self._found(repos)).require_redeemable(self.now)
        code = "promo_code_exhausted"
        return ConflictError(code, f"The promo code {promo_code.code} has been redeemed as often as it may be.")

    async def _found(self, repos: Repositories) -> PromoCode:
        promo_code = await repos.promo_codes.find(self.code)
        if promo_code is None:
            raise NotFoundError("promo code", self.code)
        return promo_code
