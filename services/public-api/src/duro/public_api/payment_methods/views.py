from msgspec import Struct

from duro.db.pages import Page
from duro.db.records import PaymentMethod
from duro.public_api.wire import PageView, Written


class PaymentMethodView(Struct, frozen=True, rename="camel"):
    """A saved card: what may be shown of it, never its number or its token."""

    id: str
    customer_id: str
    provider: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    detached_at: str | None
    created_at: str

    @classmethod
    def of(cls, method: PaymentMethod) -> "PaymentMethodView":
        return cls(
            id=str(method.id),
            customer_id=str(method.customer_id),
            provider=method.provider,
            brand=method.brand,
            last4=method.last4,
            exp_month=method.exp_month,
            exp_year=method.exp_year,
            detached_at=Written.optional(method.detached_at),
            created_at=Written.instant(method.created_at),
        )


class PaymentMethodPage(PageView[PaymentMethodView], frozen=True, rename="camel"):
    """One page of payment methods."""

    @classmethod
    def of(cls, page: Page[PaymentMethod]) -> "PaymentMethodPage":
        return cls([PaymentMethodView.of(method) for method in page.items], page.has_more, page.next_cursor)
