from msgspec import Struct

from duro.payments.simulated import ChargeEntry, RefundEntry


class ChargeLine(Struct, frozen=True, kw_only=True, rename="camel", tag_field="kind", tag="charge"):
    """A charge as an auditor reads it: how often it was asked for, how often and how much was really taken."""

    reference: str
    amount: int
    currency: str
    status: str
    code: str | None
    presentments: int
    takings: int
    refunds: int
    amount_refunded: int

    @classmethod
    def of(cls, entry: ChargeEntry) -> "ChargeLine":
        return cls(
            reference=entry.reference,
            amount=entry.amount.amount,
            currency=entry.amount.currency.code,
            status=entry.status.value,
            code=entry.decline and entry.decline.code,
            presentments=entry.presentments,
            takings=entry.takings,
            refunds=entry.refunds,
            amount_refunded=entry.amount_refunded.amount,
        )


class RefundLine(Struct, frozen=True, kw_only=True, rename="camel", tag_field="kind", tag="refund"):
    """A refund as an auditor reads it."""

    reference: str
    charge_reference: str
    amount: int
    currency: str
    status: str
    code: str | None
    presentments: int

    @classmethod
    def of(cls, entry: RefundEntry) -> "RefundLine":
        return cls(
            reference=entry.reference,
            charge_reference=entry.charge_reference,
            amount=entry.amount.amount,
            currency=entry.amount.currency.code,
            status=entry.status.value,
            code=entry.refusal and entry.refusal.code,
            presentments=entry.presentments,
        )
