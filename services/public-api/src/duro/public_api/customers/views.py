from msgspec import Struct

from duro.db.pages import Page
from duro.db.records import Customer
from duro.public_api.wire import PageView, Written


class CustomerView(Struct, frozen=True, rename="camel"):
    """A customer as merchants see them."""

    id: str
    ref: str | None
    email: str
    name: str | None
    phone: str | None
    whatsapp_consent: bool
    metadata: dict[str, str]
    test_clock_id: str | None
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, customer: Customer) -> "CustomerView":
        return cls(
            id=str(customer.id),
            ref=customer.ref,
            email=customer.email,
            name=customer.name,
            phone=customer.phone,
            whatsapp_consent=customer.has_whatsapp_consent,
            metadata=dict(customer.metadata),
            test_clock_id=None if customer.test_clock_id is None else str(customer.test_clock_id),
            created_at=Written.instant(customer.created_at),
            updated_at=Written.instant(customer.updated_at),
        )


class CustomerPage(PageView[CustomerView], frozen=True, rename="camel"):
    """One page of customers."""

    @classmethod
    def of(cls, page: Page[Customer]) -> "CustomerPage":
        return cls([CustomerView.of(customer) for customer in page.items], page.has_more, page.next_cursor)
