from msgspec import Struct

from duro.db.mandate_rows import ActivationTransfer, Mandate
from duro.db.pages import Page
from duro.db.records import PaymentMethod
from duro.public_api.wire import PageView, Written


class ActivationView(Struct, frozen=True, rename="camel"):
    """What the payer of a pending mandate has to do: send this much, from the account to be debited, to this one."""

    account_number: str
    bank_name: str
    account_name: str
    amount: int
    currency: str

    @classmethod
    def of(cls, transfer: ActivationTransfer) -> "ActivationView":
        return cls(
            account_number=transfer.account_number,
            bank_name=transfer.bank_name,
            account_name=transfer.account_name,
            amount=transfer.amount.amount,
            currency=transfer.amount.currency.code,
        )


class MandateView(Struct, frozen=True, rename="camel"):
    """A payer's approval of debits of a bank account, each up to a ceiling in minor units."""

    bank_code: str
    ceiling: int
    currency: str
    activation: ActivationView | None
    activated_at: str | None

    @classmethod
    def of(cls, mandate: Mandate) -> "MandateView":
        return cls(
            bank_code=mandate.bank_code,
            ceiling=mandate.ceiling.amount,
            currency=mandate.ceiling.currency.code,
            activation=None if mandate.activation is None else ActivationView.of(mandate.activation),
            activated_at=Written.optional(mandate.activated_at),
        )


class PaymentMethodView(Struct, frozen=True, rename="camel"):
    """A saved card or mandate: what may be shown of it, never a whole number or a token.

    One that is barred may never be charged again: its bank or network said so, or its payer stopped the charges
    or disputes one.
    """

    id: str
    customer_id: str
    provider: str
    rail: str
    status: str
    brand: str | None
    last4: str
    exp_month: int | None
    exp_year: int | None
    mandate: MandateView | None
    barred_at: str | None
    detached_at: str | None
    created_at: str

    @classmethod
    def of(cls, method: PaymentMethod) -> "PaymentMethodView":
        return cls(
            id=str(method.id),
            customer_id=str(method.customer_id),
            provider=method.provider,
            rail=method.rail.value,
            status=method.status.value,
            brand=None if method.mandate is not None else method.brand,
            last4=method.last4,
            exp_month=method.exp_month,
            exp_year=method.exp_year,
            mandate=None if method.mandate is None else MandateView.of(method.mandate),
            barred_at=Written.optional(method.barred_at),
            detached_at=Written.optional(method.detached_at),
            created_at=Written.instant(method.created_at),
        )


class PaymentMethodPage(PageView[PaymentMethodView], frozen=True, rename="camel"):
    """One page of payment methods."""

    @classmethod
    def of(cls, page: Page[PaymentMethod]) -> "PaymentMethodPage":
        return cls([PaymentMethodView.of(method) for method in page.items], page.has_more, page.next_cursor)
