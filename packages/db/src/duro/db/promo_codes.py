from typing import Final, final

from asyncpg import Record, UniqueViolationError
from whenever import Instant

from duro.billing import Discount, FixedDiscount, PercentageDiscount, PromoCode, PromotionDuration
from duro.db.listing import Listing
from duro.db.pages import Page, PageRequest
from duro.db.session import TenantSession
from duro.kernel import ConflictError, Currency, Money, NotFoundError, PlanId, PromoCodeId

_COLUMNS: Final = (
    "id, code, percent_off, amount_off, currency, duration, duration_cycles, plan_ids, max_redemptions, redemptions, "
    "expires_at, archived_at, created_at, updated_at"
)
_LISTING: Final = Listing(table="promo_codes", columns=_COLUMNS)
_SELECT: Final = f"select {_COLUMNS} from {{schema}}.promo_codes "
_GET: Final = _SELECT + "where tenant_id = $1 and id = $2"
_LOCK: Final = _GET + " for no key update"
_FIND: Final = _SELECT + "where tenant_id = $1 and code = $2 and archived_at is null"
_INSERT: Final = """
    insert into {schema}.promo_codes (
        tenant_id, id, code, percent_off, amount_off, currency, duration, duration_cycles, plan_ids, max_redemptions,
        redemptions, expires_at, archived_at, created_at, updated_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"""
_REDEEM: Final = """
    update {schema}.promo_codes set redemptions = redemptions + 1, updated_at = $4
    where tenant_id = $1 and id = $2 and archived_at is null and (expires_at is null or expires_at > $3)
        and (max_redemptions is null or redemptions < max_redemptions)"""
_RELEASE: Final = """
    update {schema}.promo_codes set redemptions = redemptions - 1, updated_at = $3 where tenant_id = $1 and id = $2"""
_ARCHIVE: Final = """
    update {schema}.promo_codes set archived_at = $3, updated_at = $3 where tenant_id = $1 and id = $2"""


@final
class PromoCodeRepository:
    """The tenant's promo codes, and how often each has been redeemed."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    async def get(self, promo_code_id: PromoCodeId) -> PromoCode | None:
        row = await self._session.fetchrow(_GET, promo_code_id.value)
        return None if row is None else self.read(row)

    async def lock(self, promo_code_id: PromoCodeId) -> PromoCode | None:
        row = await self._session.fetchrow(_LOCK, promo_code_id.value)
        return None if row is None else self.read(row)

    async def find(self, code: str) -> PromoCode | None:
        """Read the one that isn't archived, however its code is written."""
        row = await self._session.fetchrow(_FIND, code.upper())
        return None if row is None else self.read(row)

    async def list(self, page: PageRequest, *, is_archived: bool | None = None) -> Page[PromoCode]:
        """Read promo codes; `is_archived` leaves out the others."""
        conditions = () if is_archived is None else (f"(archived_at is not null) = {is_archived}",)
        rows = await _LISTING.rows(self._session, page, conditions=conditions)
        return page.cut(rows, read=self.read, id_of=lambda promo_code: promo_code.id)

    async def insert(self, promo_code: PromoCode) -> None:
        """Raise ConflictError `promo_code_taken` if another that isn't archived has the code."""
        try:
            await self._session.execute(_INSERT, *self._values(promo_code))
        except UniqueViolationError as error:
            if error.constraint_name != "promo_codes_by_code":
                raise
            raise ConflictError("promo_code_taken", "Another promo code that isn't archived has this code.") from error

    async def redeem(self, promo_code_id: PromoCodeId, *, now: Instant) -> bool:
        """Count one more redemption, or say that there may be none now.

        It waits for whoever is redeeming the same code, counts only what they commit, and is undone with its own
        transaction.
        """
        written_at = self._session.clock.now()
        return await self._session.execute(_REDEEM, promo_code_id.value, now, written_at) == 1

    async def release(self, promo_code_id: PromoCodeId, *, now: Instant) -> None:
        """Count a redemption back: nobody has had anything for it."""
        await self._session.execute(_RELEASE, promo_code_id.value, now)

    async def archive(self, promo_code_id: PromoCodeId, *, now: Instant) -> None:
        if not await self._session.execute(_ARCHIVE, promo_code_id.value, now):
            raise NotFoundError("promo code", promo_code_id)

    @classmethod
    def read(cls, row: Record) -> PromoCode:
        plans = row["plan_ids"]
        return PromoCode(
            id=PromoCodeId(row["id"]),
            code=row["code"],
            discount=cls._discount(row),
            duration=PromotionDuration(row["duration"]),
            cycles=row["duration_cycles"],
            plan_ids=None if plans is None else tuple(PlanId(plan) for plan in plans),
            max_redemptions=row["max_redemptions"],
            redemptions=row["redemptions"],
            expires_at=row["expires_at"],
            archived_at=row["archived_at"],
            created_at=row["created_at"],
            updated_at=row["updated_at"],
        )

    @staticmethod
    def _discount(row: Record) -> Discount:
        if row["percent_off"] is not None:
            return PercentageDiscount(row["percent_off"])
        return FixedDiscount(Money(row["amount_off"], Currency(row["currency"])))

    @classmethod
    def _values(cls, promo_code: PromoCode) -> tuple[object, ...]:
        plans = promo_code.plan_ids
        return (
            promo_code.id.value,
            promo_code.code,
            *cls._discount_values(promo_code.discount),
            promo_code.duration.value,
            promo_code.cycles,
            None if plans is None else [plan.value for plan in plans],
            promo_code.max_redemptions,
            promo_code.redemptions,
            promo_code.expires_at,
            promo_code.archived_at,
            promo_code.created_at,
            promo_code.updated_at,
        )

    @staticmethod
    def _discount_values(discount: Discount) -> tuple[int | None, int | None, str | None]:
        match discount:
            case PercentageDiscount(basis_points):
                return basis_points, None, None
            case FixedDiscount(amount):
                return None, amount.amount, amount.currency.code
