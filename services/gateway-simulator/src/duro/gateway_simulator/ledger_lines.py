from msgspec import Raw, Struct
from whenever import Instant

from duro.payments.simulated import ArrivalEntry, ChargeEntry, NoticeDelivery, RefundEntry


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
    fee: int | None

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
            fee=entry.fee and entry.fee.amount,
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


class ArrivalLine(Struct, frozen=True, kw_only=True, rename="camel", tag_field="kind", tag="arrival"):
    """Pushed money as an auditor reads it, under the provider's reference, with what it said of its purpose."""

    reference: str
    amount: int
    currency: str
    status: str
    rail: str
    request_reference: str | None
    account_number: str | None
    at: Instant
    fee: int | None

    @classmethod
    def of(cls, entry: ArrivalEntry) -> "ArrivalLine":
        return cls(
            reference=entry.provider_reference,
            amount=entry.amount.amount,
            currency=entry.amount.currency.code,
            status="received",
            rail=entry.rail.value,
            request_reference=entry.reference,
            account_number=entry.account_number,
            at=entry.arrived_at,
            fee=entry.fee and entry.fee.amount,
        )


class NoticeLine(Struct, frozen=True, kw_only=True, rename="camel", tag_field="kind", tag="notice"):
    """One sending of a notice as an auditor reads it."""

    event_id: str
    copy: int
    status: str
    tries: int
    body: Raw

    @classmethod
    def of(cls, delivery: NoticeDelivery) -> "NoticeLine":
        return cls(
            event_id=delivery.event_id,
            copy=delivery.copy,
            status=delivery.status.value,
            tries=delivery.tries,
            body=Raw(delivery.body.encode()),
        )
