from typing import final

from duro.billing.invoice import InvoiceDraft, InvoiceLine
from duro.billing.subscription import Subscription
from duro.kernel import Money


@final
class InvoiceComposer:
    """What a subscription owes for one period: its terms by its quantity, less the credit it has."""

    @classmethod
    def compose(cls, subscription: Subscription, plan_name: str) -> InvoiceDraft:
        unit_amount = subscription.terms.amount
        subtotal = unit_amount.times(subscription.quantity)
        credit = min(subscription.balance, subtotal)
        return InvoiceDraft(
            lines=(InvoiceLine(plan_name, subscription.quantity, unit_amount, subtotal),),
            subtotal=subtotal,
            discount=Money.zero(subtotal.currency),
            credit_applied=credit,
            total=subtotal - credit,
        )
