from typing import Final, final

from asyncpg import Record, UniqueViolationError

from duro.db.listing import Listing
from duro.db.pages import Page, PageRequest
from duro.db.records import Customer
from duro.db.session import TenantSession
from duro.kernel import ConflictError, CustomerId, NotFoundError, TestClockId

_LISTING: Final = Listing(
    table="customers",
    columns="id, ref, email, name, phone, metadata, created_at, updated_at, test_clock_id, has_whatsapp_consent",
)
_GET: Final = """
    select id, ref, email, name, phone, metadata, created_at, updated_at, test_clock_id, has_whatsapp_consent
    from {schema}.customers where tenant_id = $1 and id = $2"""
_LOCK: Final = _GET + " for update"
_INSERT: Final = """
    insert into {schema}.customers (tenant_id, id, ref, email, name, phone, metadata, created_at, updated_at,
                                    test_clock_id, has_whatsapp_consent)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"""
_UPDATE: Final = """
    update {schema}.customers
    set ref = $3, email = $4, name = $5, phone = $6, metadata = $7, created_at = $8, updated_at = $9,
        test_clock_id = $10, has_whatsapp_consent = $11
    where tenant_id = $1 and id = $2"""


@final
class CustomerRepository:
    """Who pays the tenant."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    async def get(self, customer_id: CustomerId) -> Customer | None:
        row = await self._session.fetchrow(_GET, customer_id.value)
        return None if row is None else self.read(row)

    async def lock(self, customer_id: CustomerId) -> Customer | None:
        row = await self._session.fetchrow(_LOCK, customer_id.value)
        return None if row is None else self.read(row)

    async def list(
        self,
        page: PageRequest,
        *,
        email: str | None = None,
        ref: str | None = None,
        test_clock_id: TestClockId | None = None,
    ) -> Page[Customer]:
        clock = None if test_clock_id is None else test_clock_id.value
        rows = await _LISTING.rows(self._session, page, equal={"email": email, "ref": ref, "test_clock_id": clock})
        return page.cut(rows, read=self.read, id_of=lambda customer: customer.id)

    async def insert(self, customer: Customer) -> None:
        """Raise ConflictError `customer_ref_taken` if another customer of the tenant has the ref."""
        await self._write(_INSERT, customer)

    async def update(self, customer: Customer) -> None:
        """Raise ConflictError `customer_ref_taken` if another customer of the tenant has the ref."""
        if not await self._write(_UPDATE, customer):
            raise NotFoundError("customer", customer.id)

    async def _write(self, statement: str, customer: Customer) -> int:
        values = (
            customer.id.value,
            customer.ref,
            customer.email,
            customer.name,
            customer.phone,
            customer.metadata,
            customer.created_at,
            customer.updated_at,
            None if customer.test_clock_id is None else customer.test_clock_id.value,
            customer.has_whatsapp_consent,
        )
        try:
            return await self._session.execute(statement, *values)
        except UniqueViolationError as error:
            if error.constraint_name != "customers_tenant_id_ref_key":
                raise
            raise ConflictError("customer_ref_taken", "Another customer has this ref.") from error

    @staticmethod
    def read(row: Record) -> Customer:
        clock = row["test_clock_id"]
        return Customer(
            id=CustomerId(row["id"]),
            ref=row["ref"],
            email=row["email"],
            name=row["name"],
            phone=row["phone"],
            metadata=row["metadata"],
            created_at=row["created_at"],
            updated_at=row["updated_at"],
            test_clock_id=None if clock is None else TestClockId(clock),
            has_whatsapp_consent=row["has_whatsapp_consent"],
        )
