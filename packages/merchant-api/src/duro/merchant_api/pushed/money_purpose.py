from dataclasses import dataclass
from typing import Final, final

from duro.billing.recovery import DunningAction
from duro.db import Repositories
from duro.db.push_rows import PaymentRequest
from duro.kernel import InvoiceId, NotFoundError, SubscriptionId
from duro.merchant_api.pushed.arrived_money import ArrivedMoney

BY_ITSELF: Final = "payer"


@final
@dataclass(frozen=True, slots=True)
class MoneyPurpose:
    """What money came for: a subscription, the invoice if one is named, and the request if there was one."""

    subscription_id: SubscriptionId
    invoice_id: InvoiceId | None
    request: PaymentRequest | None = None

    @classmethod
    async def of(cls, repos: Repositories, money: ArrivedMoney) -> "MoneyPurpose":
        """Raise NotFoundError for a request or charge that isn't the tenant's."""
        if money.request_id is not None:
            request = await repos.payment_requests.get(money.request_id)
            if request is None:
                raise NotFoundError("payment request", money.request_id)
            return cls(request.subscription_id, request.invoice_id, request)
        if money.subscription_id is not None:
            return cls(money.subscription_id, None)
        if money.attempt_id is None:
            message = "Money that nobody asked for is kept where no tenant is."
            raise ValueError(message)
        attempt = await repos.attempts.get(money.attempt_id)
        if attempt is None:
            raise NotFoundError("transaction", money.attempt_id)
        return cls(attempt.subscription_id, attempt.invoice_id)

    @classmethod
    async def named(cls, repos: Repositories, to: SubscriptionId | InvoiceId) -> "MoneyPurpose":
        """Take a person's word for it. Raise NotFoundError for an invoice that isn't the tenant's."""
        if isinstance(to, SubscriptionId):
            return cls(to, None)
        invoice = await repos.invoices.get(to)
        if invoice is None:
            raise NotFoundError("invoice", to)
        return cls(invoice.subscription_id, invoice.id)

    @property
    def action(self) -> str | None:
        """Say what brought the money: a step of the plan, the payer by themselves, or what nobody knows."""
        if self.request is None:
            return None
        return DunningAction.SWITCH_RAIL.value if self.request.is_planned else BY_ITSELF
