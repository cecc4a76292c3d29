from typing import final

from duro.billing import PaidPeriod, Promotion, Subscription
from duro.db.records import Invoice, InvoiceStatus
from duro.db.repositories import Repositories
from duro.kernel import PromoCodeId


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
        return PaidPeriod(promotion, is_worth_nothing=cls._is_worth_nothing(invoice))

    @staticmethod
    async def _promotion(repos: Repositories, promo_code_id: PromoCodeId | None) -> Promotion | None:
        found = None if promo_code_id is None else await repos.promo_codes.get(promo_code_id)
        if found is None:
            return None
        return Promotion(found.id, found.code, found.discount, found.duration, found.cycles, found.plan_ids)

    @staticmethod
    def _is_worth_nothing(invoice: Invoice) -> bool:
        is_given_back = not invoice.amount_paid.is_zero and invoice.amount_refunded == invoice.amount_paid
        return is_given_back or invoice.status is InvoiceStatus.VOID
