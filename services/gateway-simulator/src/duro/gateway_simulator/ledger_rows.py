from msgspec import Struct

from duro.kernel import Currency, Money
from duro.payments import Declined, RefundRefused
from duro.payments.simulated import ChargeEntry, ChargeStatus, RefundEntry, RefundStatus


class ChargeRow(Struct, frozen=True, array_like=True):
    """A charge entry as its table keeps it, column by column."""

    reference: str
    token: str
    amount: int
    currency: str
    status: ChargeStatus
    code: str | None
    message: str | None
    advice: str | None
    presentments: int
    takings: int
    refunds: int
    amount_refunded: int
    fee: int | None

    @classmethod
    def of(cls, entry: ChargeEntry) -> "ChargeRow":
        decline = entry.decline
        return cls(
            reference=entry.reference,
            token=entry.token,
            amount=entry.amount.amount,
            currency=entry.amount.currency.code,
            status=entry.status,
            code=decline and decline.code,
            message=decline and decline.message,
            advice=decline and decline.advice,
            presentments=entry.presentments,
            takings=entry.takings,
            refunds=entry.refunds,
            amount_refunded=entry.amount_refunded.amount,
            fee=entry.fee and entry.fee.amount,
        )

    @property
    def entry(self) -> ChargeEntry:
        currency = Currency(self.currency)
        decline = None if self.code is None else Declined(self.code, self.message or "", self.advice)
        return ChargeEntry(
            reference=self.reference,
            token=self.token,
            amount=Money(self.amount, currency),
            status=self.status,
            decline=decline,
            presentments=self.presentments,
            takings=self.takings,
            refunds=self.refunds,
            amount_refunded=Money(self.amount_refunded, currency),
            fee=None if self.fee is None else Money(self.fee, currency),
        )


class RefundRow(Struct, frozen=True, array_like=True):
    """A refund entry as its table keeps it, column by column."""

    reference: str
    charge_reference: str
    amount: int
    currency: str
    status: RefundStatus
    code: str | None
    message: str | None
    presentments: int

    @classmethod
    def of(cls, entry: RefundEntry) -> "RefundRow":
        refusal = entry.refusal
        return cls(
            reference=entry.reference,
            charge_reference=entry.charge_reference,
            amount=entry.amount.amount,
            currency=entry.amount.currency.code,
            status=entry.status,
            code=refusal and refusal.code,
            message=refusal and refusal.message,
            presentments=entry.presentments,
        )

    @property
    def entry(self) -> RefundEntry:
        refusal = None if self.code is None else RefundRefused(self.code, self.message or "")
        return RefundEntry(
            reference=self.reference,
            charge_reference=self.charge_reference,
            amount=Money(self.amount, Currency(self.currency)),
            status=self.status,
            refusal=refusal,
            presentments=self.presentments,
        )
