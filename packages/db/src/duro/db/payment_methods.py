from collections.abc import Sequence
from typing import Final, final

from asyncpg import Record
from whenever import Instant

from duro.db.listing import Listing
from duro.db.mandate_columns import MandateColumns
from duro.db.mandate_rows import PaymentMethodStatus
from duro.db.pages import Page, PageRequest
from duro.db.records import PaymentMethod
from duro.db.session import TenantSession
from duro.kernel import CustomerId, NotFoundError, PaymentMethodId

_LISTING: Final = Listing(
    table="payment_methods",
    columns="id, customer_id, provider, token, brand, last4, exp_month, exp_year, detached_at, created_at, "
    "fingerprint, rail, status, bank_code, ceiling, ceiling_currency, activation, activated_at, look_at, barred_at, "
    "fingerprint_key",
)
_GET: Final = f"select {_LISTING.columns} from {{schema}}.payment_methods where tenant_id = $1 and id = $2"
_GET_MANY: Final = (
    f"select {_LISTING.columns} from {{schema}}.payment_methods where tenant_id = $1 and id = any($2::uuid[])"
)
_LOCK: Final = _GET + " for update"
_HOLD: Final = _GET + " for key share"
_INSERT: Final = """
    insert into {schema}.payment_methods (
        tenant_id, id, customer_id, provider, token, brand, last4, exp_month, exp_year, detached_at, created_at,
        fingerprint, rail, status, bank_code, ceiling, ceiling_currency, activation, activated_at, look_at,
        fingerprint_key, barred_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)"""
_UPDATE: Final = """
    update {schema}.payment_methods
    set customer_id = $3, provider = $4, token = $5, brand = $6, last4 = $7, exp_month = $8, exp_year = $9,
        detached_at = $10, created_at = $11, fingerprint = $12, rail = $13, status = $14, bank_code = $15,
        ceiling = $16, ceiling_currency = $17, activation = $18, activated_at = $19, look_at = $20
    where tenant_id = $1 and id = $2"""

_BAR_CARD: Final = """
    with cards as (
        select m.id
        from {schema}.payment_methods charged
        join {schema}.payment_methods m on m.tenant_id = $1 and m.card_key = charged.card_key
        where charged.tenant_id = $1 and charged.id = $2 and m.barred_at is null
        order by m.id for no key update of m
    )
    update {schema}.payment_methods m set barred_at = $3
    from cards where m.tenant_id = $1 and m.id = cards.id"""


@final
class PaymentMethodRepository:
    """The saved ways to pay of the tenant's customers."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    async def get(self, method_id: PaymentMethodId) -> PaymentMethod | None:
        row = await self._session.fetchrow(_GET, method_id.value)
        return None if row is None else self.read(row)

    async def get_many(self, method_ids: Sequence[PaymentMethodId]) -> tuple[PaymentMethod, ...]:
        rows = await self._session.fetch(_GET_MANY, [one.value for one in method_ids])
        return tuple(self.read(row) for row in rows)

    async def lock(self, method_id: PaymentMethodId) -> PaymentMethod | None:
        row = await self._session.fetchrow(_LOCK, method_id.value)
        return None if row is None else self.read(row)

    async def hold(self, method_id: PaymentMethodId) -> PaymentMethod | None:
        """Keep it from being locked, and so from being removed, until the transaction ends; others may hold it too."""
        row = await self._session.fetchrow(_HOLD, method_id.value)
        return None if row is None else self.read(row)

    async def list(
        self, page: PageRequest, *, customer_id: CustomerId | None = None, is_detached: bool | None = None
    ) -> Page[PaymentMethod]:
        """Read methods; `is_detached` leaves out the others."""
        rows = await _LISTING.rows(
            self._session,
            page,
            equal={"customer_id": None if customer_id is None else customer_id.value},
            conditions=() if is_detached is None else (f"(detached_at is not null) = {is_detached}",),
        )
        return page.cut(rows, read=self.read, id_of=lambda method: method.id)

    async def insert(self, method: PaymentMethod) -> None:
        await self._session.execute(_INSERT, *self._values(method), method.fingerprint_key, method.barred_at)

    async def update(self, method: PaymentMethod) -> None:
        if not await self._session.execute(_UPDATE, *self._values(method)):
            raise NotFoundError("payment method", method.id)

    async def bar_card(self, method_id: PaymentMethodId, *, now: Instant) -> None:
        """Have a card never charged again, wherever it is saved by now."""
        await self._session.execute(_BAR_CARD, method_id.value, now)

    @staticmethod
    def read(row: Record) -> PaymentMethod:
        return PaymentMethod(
            id=PaymentMethodId(row["id"]),
            customer_id=CustomerId(row["customer_id"]),
            provider=row["provider"],
            token=row["token"],
            brand=row["brand"],
            last4=row["last4"],
            exp_month=row["exp_month"],
            exp_year=row["exp_year"],
            detached_at=row["detached_at"],
            created_at=row["created_at"],
            fingerprint=row["fingerprint"],
            status=PaymentMethodStatus(row["status"]),
            mandate=MandateColumns.read(row),
            barred_at=row["barred_at"],
            fingerprint_key=row["fingerprint_key"],
        )

    @staticmethod
    def _values(method: PaymentMethod) -> tuple[object, ...]:
        return (
            method.id.value,
            method.customer_id.value,
            method.provider,
            method.token,
            method.brand,
            method.last4,
            method.exp_month,
            method.exp_year,
            method.detached_at,
            method.created_at,
            method.fingerprint,
            method.rail.value,
            method.status.value,
            *MandateColumns.values(method.mandate),
        )
