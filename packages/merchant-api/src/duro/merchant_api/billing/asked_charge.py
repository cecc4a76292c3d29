from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, final

from duro.billing import Subscription
from duro.db.records import Initiator, Invoice
from duro.db.repositories import Repositories
from duro.kernel import ConflictError, PaymentMethodId
from duro.merchant_api.billing.charge_order import ChargeOrder

_REASONS: Final[Mapping[Initiator, str]] = {
    Initiator.MERCHANT: "The merchant asked for it.",
    Initiator.PAYER: "The payer asked for it.",
}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMethod:
    """What a payer was told they would be charged with; a new one they have saved for this charge alone."""

    method_id: PaymentMethodId
    is_new: bool = False


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AskedCharge:
    """A charge that somebody asks for now, and waits for: who that is, and what they were shown of it before.

    A payer is there to approve it with their bank, from where they come back to the return address.
    """

    GATEWAY_SECONDS: ClassVar[float] = 10.0

    initiator: Initiator = Initiator.MERCHANT
    return_url: str | None = None
    shown: ShownMethod | None = None

    @property
    def reason(self) -> str:
        return _REASONS[self.initiator]

    async def require(
        self,
        repos: Repositories,
        subscription: Subscription,
        invoice: Invoice,
        *,
        method_id: PaymentMethodId | None = None,
    ) -> None:
        """Compare with what would be charged: the subscription's own method unless another one is named.

        The caller holds the locks of the subscription and the invoice. Raise ConflictError `payment_method_changed`
        if that isn't what the payer was shown, or `already_tried` if their new one was charged for this meanwhile.
        """
        if self.shown is None:
            return
        attempts = await repos.attempts.of_invoice(invoice.id) if self.shown.is_new else ()
        if any(one.payment_method_id == self.shown.method_id for one in attempts):
            raise ConflictError("already_tried", "The new payment method has just been charged for this.")
        if (method_id or subscription.payment_method_id) != self.shown.method_id:
            raise ConflictError("payment_method_changed", "Another payment method would be charged by now.")

    def sent(self, order: ChargeOrder) -> ChargeOrder:
        """Send it as who asks for it can take part in it."""
        return order.for_payer(self.return_url) if self.initiator is Initiator.PAYER else order
