from collections.abc import Sequence
from typing import final

from duro.billing.invoice import InvoiceDraft, InvoiceLine
from duro.billing.pending_line import PendingLine
from duro.billing.share import Share
from duro.billing.subscription import Subscription
from duro.kernel import Money


@final
class InvoiceComposer:
    """What a subscription owes for one period: its terms by its quantity, less discount, pending lines and credit."""

    @classmethod
    def compose(
        cls,
        subscription: Subscription,
        plan_name: str,
        *,
        pending_lines: Sequence[PendingLine] = (),
    ) -> InvoiceDraft:
        """Compose the invoice of the next period; what no invoice can give back goes to the credit balance."""
        share = subscription.next_share()
        line = cls.period_line(subscription, plan_name, share)
        return InvoiceDraft.netted(
            (line, *cls.lines(pending_lines)),
            discount=cls._discount(subscription, share, gross=line.amount),
            balance=subscription.balance,
        )

    @classmethod
    def lines(cls, pending_lines: Sequence[PendingLine]) -> tuple[InvoiceLine, ...]:
        """Write pending lines as those of an invoice."""
        return tuple(InvoiceLine.single(line.description, line.amount) for line in pending_lines)

    @staticmethod
    def period_line(subscription: Subscription, plan_name: str, share: Share) -> InvoiceLine:
        """Write the line for a whole period, or for the part-period before a billing day."""
        unit, quantity = subscription.terms.amount, subscription.quantity
        if share.is_whole:
            return InvoiceLine(plan_name, quantity, unit, unit.times(quantity))
        return InvoiceLine.single(f"{plan_name}, part of a period", share.of(unit.times(quantity)))

    @staticmethod
    def _discount(subscription: Subscription, share: Share, *, gross: Money) -> Money:
        """Take the discount off the price of a whole period before the share is taken."""
        discount = subscription.discount
        if discount is None:
            return Money.zero(gross.currency)
        price = subscription.terms.price(subscription.quantity).amount
        return gross - share.of(price - discount.off(price))
