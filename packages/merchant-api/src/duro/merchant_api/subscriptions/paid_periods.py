from typing import final

from duro.billing import PaidPeriod, Promotion, Subscription
from duro.db.records import Invoice, InvoiceStatus
from duro.db.repositories import Repositories
from duro.kernel import Money, PromoCodeId


@final
class PaidPeriods:
    """Finds out how the current period of a subscription was paid for."""

    @classmethod
    async def of(cls, repos: Repositories, subscription: Subscription) -> PaidPeriod:
        """Read its invoice; a period that was never invoiced was paid for elsewhere, in full."""
        invoice = await repos.invoices.get_of_period(subscription.id, subscription.current_period_start)
        if invoice is None:
            return PaidPeriod()
        promotion = await cls._promotion(repos, invoice.promo_code_id)
        returnable = await cls._returnable(repos, invoice)
        return PaidPeriod(promotion, is_worth_nothing=cls._is_worth_nothing(invoice), returnable=returnable)

    @staticmethod
    async def _promotion(repos: Repositories, promo_code_id: PromoCodeId | None) -> Promotion | None:
        found = None if promo_code_id is None else await repos.promo_codes.get(promo_code_id)
        if found is None:
            return None
        return Promotion(found.id, found.code, found.discount, found.duration, found.cycles, found.plan_ids)

    @staticmethod
    async def _returnable(repos: Repositories, invoice: Invoice) -> Money | None:
        """Say what of all that it asked for hasn't gone back yet, however that was paid; None while nothing has."""
        if invoice.amount_refunded.is_zero:
            return None
        whole = await repos.invoices.get(invoice.id) or invoice
        left = -(invoice.discount + invoice.amount_refunded)
        for line in whole.lines:
            left += max(line.amount, Money.zero(left.currency))
        return left

    @staticmethod
    def _is_worth_nothing(invoice: Invoice) -> bool:
        is_given_back = not invoice.amount_paid.is_zero and invoice.amount_refunded == invoice.amount_paid
        return is_given_back or invoice.status is InvoiceStatus.VOID
