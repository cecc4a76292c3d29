from typing import final

from duro.billing import PromoCode
from duro.db.contexts import RepositoryContexts
from duro.db.pages import Page, PageRequest
from duro.kernel import NotFoundError, PromoCodeId, TenantId


@final
class GetPromoCode:
    """Finds one promo code by our id."""

    def __init__(self, contexts: RepositoryContexts) -> None:
        self._contexts = contexts

    async def execute(self, tenant_id: TenantId, promo_code_id: PromoCodeId) -> PromoCode:
        async with self._contexts.open(tenant_id) as repos:
            promo_code = await repos.promo_codes.get(promo_code_id)
        if promo_code is None:
            raise NotFoundError("promo code", promo_code_id)
        return promo_code


@final
class GetPromoCodeByCode:
    """Finds the promo code that can be redeemed by a code, in capitals or not; an archived one is nobody's."""

    def __init__(self, contexts: RepositoryContexts) -> None:
        self._contexts = contexts

    async def execute(self, tenant_id: TenantId, code: str) -> PromoCode:
        async with self._contexts.open(tenant_id) as repos:
            promo_code = await repos.promo_codes.find(code)
        if promo_code is None:
            raise NotFoundError("promo code", code)
        return promo_code


@final
class ListPromoCodes:
    """Lists promo codes, newest first."""

    def __init__(self, contexts: RepositoryContexts) -> None:
        self._contexts = contexts

    async def execute(
        self,
        tenant_id: TenantId,
        page: PageRequest,
        *,
        is_archived: bool | None = None,
    ) -> Page[PromoCode]:
        async with self._contexts.open(tenant_id) as repos:
            return await repos.promo_codes.list(page, is_archived=is_archived)
