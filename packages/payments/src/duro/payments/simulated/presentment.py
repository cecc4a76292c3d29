from dataclasses import dataclass, field, replace
from typing import final

from duro.kernel import Money
from duro.payments.charges import Declined
from duro.payments.refunds import RefundRefused
from duro.payments.simulated.cards import SimulatedCard
from duro.payments.simulated.entries import ChargeEntry, ChargeStatus, RefundEntry, RefundStatus


@final
@dataclass(frozen=True, slots=True)
class Presented:
    """What one presentment of a charge came to."""

    entry: ChargeEntry
    is_first: bool
    is_repeat: bool


@final
@dataclass(frozen=True, slots=True)
class Presentment:
    """One arrival of a charge at the issuer, with the bank's answer should it be the one that decides.

    `is_lost_at_first` says that the first arrival of this reference goes astray before anything is decided; the fee is
    what is kept if it takes.
    """

    reference: str
    token: str = field(repr=False)
    amount: Money
    decline: Declined | None
    is_lost_at_first: bool
    fee: Money | None = None

    def against(self, existing: ChargeEntry | None) -> Presented:
        """Decide once per reference: whatever is presented after the decision changes nothing but the count."""
        if existing is None:
            entry = self._lost() if self.is_lost_at_first else self._decided(1)
            return Presented(entry=entry, is_first=True, is_repeat=False)
        presentments = existing.presentments + 1
        if existing.status is ChargeStatus.LOST:
            return Presented(entry=self._decided(presentments), is_first=False, is_repeat=False)
        return Presented(entry=replace(existing, presentments=presentments), is_first=False, is_repeat=True)

    def _lost(self) -> ChargeEntry:
        return replace(self._decided(1), status=ChargeStatus.LOST, decline=None, takings=0, fee=None)

    def _decided(self, presentments: int) -> ChargeEntry:
        return ChargeEntry(
            reference=self.reference,
            token=self.token,
            amount=self.amount,
            status=ChargeStatus.APPROVED if self.decline is None else ChargeStatus.DECLINED,
            decline=self.decline,
            presentments=presentments,
            takings=1 if self.decline is None else 0,
            refunds=0,
            amount_refunded=Money.zero(self.amount.currency),
            fee=self.fee if self.decline is None else None,
        )


@final
@dataclass(frozen=True, slots=True)
class GivenBack:
    """What one presentment of a refund came to: the refund, and its charge where that changed."""

    entry: RefundEntry
    charge: ChargeEntry | None
    is_first: bool
    is_repeat: bool


@final
@dataclass(frozen=True, slots=True)
class RefundOrder:
    """One arrival of a refund at the issuer."""

    reference: str
    charge_reference: str
    amount: Money
    is_lost_at_first: bool

    def against(self, existing: RefundEntry | None, charge: ChargeEntry | None) -> GivenBack:
        """Decide once per refund reference; never give back more than the charge took."""
        presentments = 1 if existing is None else existing.presentments + 1
        if existing is not None and existing.status is not RefundStatus.LOST:
            counted = replace(existing, presentments=presentments)
            return GivenBack(entry=counted, charge=None, is_first=False, is_repeat=True)
        if existing is None and self.is_lost_at_first:
            lost = self._entry(RefundStatus.LOST, None, presentments)
            return GivenBack(entry=lost, charge=None, is_first=True, is_repeat=False)
        refusal = self._refusal(charge)
        if charge is None or refusal is not None:
            refused = self._entry(RefundStatus.REFUSED, refusal, presentments)
            return GivenBack(entry=refused, charge=None, is_first=existing is None, is_repeat=False)
        return GivenBack(
            entry=self._entry(RefundStatus.REFUNDED, None, presentments),
            charge=replace(charge, refunds=charge.refunds + 1, amount_refunded=charge.amount_refunded + self.amount),
            is_first=existing is None,
            is_repeat=False,
        )

    def _refusal(self, charge: ChargeEntry | None) -> RefundRefused | None:
        if charge is None or charge.status is not ChargeStatus.APPROVED:
            return RefundRefused("charge_not_found", "Nothing was taken under that charge reference.")
        if SimulatedCard.of_token(charge.token) is SimulatedCard.REFUND_REFUSED:
            return RefundRefused("refund_not_allowed", "The bank takes no refunds to this card.")
        if charge.amount.currency != self.amount.currency:
            return RefundRefused("currency_mismatch", f"The charge was made in {charge.amount.currency}.")
        if self.amount.amount <= 0:
            return RefundRefused("invalid_amount", "A refund gives back more than nothing.")
        if charge.amount < charge.amount_refunded + self.amount:
            return RefundRefused("amount_exceeds_charge", "A refund can't give back more than is left of the charge.")
        return None

    def _entry(self, status: RefundStatus, refusal: RefundRefused | None, presentments: int) -> RefundEntry:
        return RefundEntry(
            reference=self.reference,
            charge_reference=self.charge_reference,
            amount=self.amount,
            status=status,
            refusal=refusal,
            presentments=presentments,
        )
