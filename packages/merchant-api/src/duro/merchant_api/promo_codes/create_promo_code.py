from dataclasses import dataclass
from typing import Final, final

from whenever import Instant

from duro.billing import Discount, FixedDiscount, PromoCode, PromotionDuration
from duro.db.contexts import RepositoryContexts
from duro.db.repositories import Repositories
from duro.kernel import (
    Clock,
    ConflictError,
    Fault,
    IdFactory,
    InvalidInputError,
    NotFoundError,
    PlanId,
    PromoCodeId,
    TenantId,
)
from duro.merchant_api.receipts import NoReceipt, Receipt

_UNSIGNED: Final = NoReceipt()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CreatePromoCodeCommand:
    """What a new promo code takes off, for how long, and who may redeem it how often and until when."""

    code: str
    discount: Discount
    duration: PromotionDuration
    cycles: int | None = None
    plan_ids: tuple[PlanId, ...] | None = None
    max_redemptions: int | None = None
    expires_at: Instant | None = None


@final
class CreatePromoCode:
    """Puts a new promo code out; its code is the tenant's only one of those that aren't archived."""

    def __init__(self, contexts: RepositoryContexts, ids: IdFactory, clock: Clock) -> None:
        self._contexts = contexts
        self._ids = ids
        self._clock = clock

    async def execute(
        self,
        tenant_id: TenantId,
        command: CreatePromoCodeCommand,
        receipt: Receipt[PromoCode] = _UNSIGNED,
    ) -> PromoCode:
        """Raise InvalidInputError, NotFoundError, or ConflictError `promo_code_taken` or `currency_mismatch`."""
        async with self._contexts.open(tenant_id) as repos:
            ids = await receipt.claim(repos, self._ids)
            now = self._clock.now()
            if command.expires_at is not None and command.expires_at <= now:
                raise InvalidInputError([Fault("expiresAt", "must be in the future")])
            await self._require_plans(repos, command)
            promo_code = self._made(command, ids.new(PromoCodeId), now)
            await repos.promo_codes.insert(promo_code)
            await receipt.sign(repos, promo_code)
        return promo_code

    @staticmethod
    def _made(command: CreatePromoCodeCommand, promo_code_id: PromoCodeId, now: Instant) -> PromoCode:
        return PromoCode(
            id=promo_code_id,
            code=command.code.upper(),
            discount=command.discount,
            duration=command.duration,
            cycles=command.cycles,
            plan_ids=command.plan_ids,
            max_redemptions=command.max_redemptions,
            redemptions=0,
            expires_at=command.expires_at,
            archived_at=None,
            created_at=now,
            updated_at=now,
        )

    @staticmethod
    async def _require_plans(repos: Repositories, command: CreatePromoCodeCommand) -> None:
        if command.plan_ids is None:
            return
        found = {plan.id: plan for plan in await repos.plans.of_ids(command.plan_ids)}
        for plan_id in command.plan_ids:
            if plan_id not in found:
                raise NotFoundError("plan", plan_id)
            charged = found[plan_id].amount.currency
            if isinstance(command.discount, FixedDiscount) and command.discount.amount.currency != charged:
                code = "currency_mismatch"
                raise ConflictError(code, f"The plan {plan_id} charges {charged}.")
