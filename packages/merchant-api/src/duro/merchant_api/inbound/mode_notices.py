from dataclasses import dataclass
from typing import TypeAlias, final

from duro.db.references import ReferenceResolver, ResolvedReference
from duro.kernel import PaymentAttemptId, PaymentMethodId, PaymentRequestId, RefundId
from duro.merchant_api.inbound.charge_notices import ChargeNotices
from duro.merchant_api.inbound.dispute_notices import DisputeNotices
from duro.merchant_api.inbound.doubt import Doubt
from duro.merchant_api.inbound.listeners import MandateListener, MoneyListener
from duro.merchant_api.inbound.refund_notices import RefundNotices
from duro.payments import (
    ChargeFailed,
    ChargeSucceeded,
    DisputeClosed,
    DisputeOpened,
    MandateActivated,
    MandateRevoked,
    MoneyReceived,
    RefundFailed,
    RefundSucceeded,
)

TellingNotice: TypeAlias = (
    ChargeSucceeded
    | ChargeFailed
    | MoneyReceived
    | MandateActivated
    | MandateRevoked
    | RefundSucceeded
    | RefundFailed
    | DisputeOpened
    | DisputeClosed
)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ModeNotices:
    """Those in one mode who act on what providers tell, and the register of whom it concerns."""

    references: ReferenceResolver
    charges: ChargeNotices
    refunds: RefundNotices
    money: MoneyListener
    mandates: MandateListener
    disputes: DisputeNotices

    async def act(self, found: ResolvedReference, notice: TellingNotice, *, provider: str) -> Doubt | None:
        """Say why a person has to look at it; None where it was dealt with."""
        tenant_id = found.tenant_id
        match notice, found.subject:
            case ChargeSucceeded() | ChargeFailed(), PaymentAttemptId() as attempt_id:
                return await self.charges.tell(tenant_id, attempt_id, notice, provider=provider)
            case MoneyReceived(), (PaymentRequestId() | PaymentAttemptId()) as subject:
                return await self.money.tell(tenant_id, subject, notice, provider=provider)
            case RefundSucceeded() | RefundFailed(), RefundId() as refund_id:
                return await self.refunds.tell(tenant_id, refund_id, notice)
            case MandateActivated() | MandateRevoked(), PaymentMethodId() as method_id:
                return await self.mandates.tell(tenant_id, method_id, notice)
            case DisputeOpened() | DisputeClosed(), PaymentAttemptId() as attempt_id:
                return await self.disputes.tell(tenant_id, attempt_id, notice, provider=provider)
            case _:
                return Doubt.unknown(notice.reference)
