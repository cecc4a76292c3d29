from dataclasses import dataclass
from typing import Final, final

from whenever import TimeDelta

from duro.kernel import Clock
from duro.payments.simulated.approvals.desk import ApprovalDesk
from duro.payments.simulated.card_desk import CardDesk
from duro.payments.simulated.dispute_desk import DisputeDesk
from duro.payments.simulated.faults import FaultPlan
from duro.payments.simulated.issuer import SimulatedIssuer
from duro.payments.simulated.ledger import IssuerLedger
from duro.payments.simulated.rails.mandate_bank import SimulatedMandateBank
from duro.payments.simulated.rails.push_bank import SimulatedPushBank
from duro.payments.simulated.rails.till import Till
from duro.payments.simulated.webhooks.charge_teller import ChargeTeller
from duro.payments.simulated.webhooks.desk import NoticeDesk
from duro.payments.simulated.webhooks.plan import NoticePlan

_FAULTLESS: Final = FaultPlan()
_SLOW: Final = TimeDelta(seconds=3)
_SETUP_TIME: Final = TimeDelta(hours=2)
_PATIENCE: Final = TimeDelta(minutes=15)
_NOWHERE: Final = "http://simulated.invalid"


@final
@dataclass(frozen=True, slots=True)
class SimulatedProvider:
    """The whole simulated provider over one ledger: issuer, push rails, mandates, payers' approvals, disputes.

    Without a plan of notices it tells nobody anything; of charges and refunds it tells only when asked to, since they
    are answered anyway. What payers approved or refused it always tells of.
    """

    issuer: SimulatedIssuer
    pushes: SimulatedPushBank
    mandates: SimulatedMandateBank
    cards: CardDesk
    approvals: ApprovalDesk
    disputes: DisputeDesk

    @classmethod
    def over(
        cls,
        ledger: IssuerLedger,
        *,
        clock: Clock,
        faults: FaultPlan = _FAULTLESS,
        slow: TimeDelta = _SLOW,
        setup_time: TimeDelta = _SETUP_TIME,
        notices: NoticePlan | None = None,
        is_telling_charges: bool = False,
        address: str = _NOWHERE,
        approval_time: TimeDelta = _PATIENCE,
    ) -> "SimulatedProvider":
        desk = None if notices is None else NoticeDesk(clock=clock, plan=notices)
        mandates = SimulatedMandateBank(ledger, clock=clock, setup_time=setup_time, desk=desk, faults=faults)
        teller = None if desk is None else ChargeTeller(ledger, desk=desk, clock=clock)
        approvals = ApprovalDesk(ledger, clock=clock, address=address, patience=approval_time, teller=teller)
        return cls(
            issuer=SimulatedIssuer(
                ledger,
                faults=faults,
                slow=slow,
                mandates=mandates,
                teller=teller if is_telling_charges else None,
                approvals=approvals,
            ),
            pushes=SimulatedPushBank(ledger, clock=clock, till=Till(desk), faults=faults),
            mandates=mandates,
            cards=CardDesk(ledger),
            approvals=approvals,
            disputes=DisputeDesk(ledger, desk=desk, clock=clock),
        )
