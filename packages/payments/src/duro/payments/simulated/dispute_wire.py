from msgspec import Struct

from duro.payments.simulated.dispute_desk import DisputeState, SimulatedDispute


class DisputeView(Struct, frozen=True, kw_only=True, rename="camel"):
    """How a dispute stands."""

    reference: str
    provider_reference: str
    amount: int
    currency: str
    state: DisputeState


class DisputeReply(Struct, frozen=True, kw_only=True, rename="camel"):
    """What became of a dispute by what was done."""

    dispute: DisputeView

    @classmethod
    def of(cls, dispute: SimulatedDispute) -> "DisputeReply":
        return cls(
            dispute=DisputeView(
                reference=dispute.reference,
                provider_reference=dispute.provider_reference,
                amount=dispute.amount.amount,
                currency=dispute.amount.currency.code,
                state=dispute.state,
            )
        )
