from dataclasses import dataclass
from typing import Final, final

from whenever import TimeDelta

from duro.kernel import Clock
from duro.payments.simulated.card_desk import CardDesk
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


@final
@dataclass(frozen=True, slots=True)
class SimulatedProvider:
    """The whole simulated provider over one ledger: its issuer, its push rails, and its mandates.

    Without a plan of notices it tells nobody anything; of charges and refunds it tells only when asked to, since they
    are answered anyway.
    """

    issuer: SimulatedIssuer
    pushes: SimulatedPushBank
    mandates: SimulatedMandateBank
    cards: CardDesk

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
    ) -> "SimulatedProvider":
        desk = None if notices is None else NoticeDesk(clock=clock, plan=notices)
        mandates = SimulatedMandateBank(ledger, clock=clock, setup_time=setup_time, desk=desk, faults=faults)
        teller = None if desk is None or not is_telling_charges else ChargeTeller(ledger, desk=desk, clock=clock)
        return cls(
            issuer=SimulatedIssuer(ledger, faults=faults, slow=slow, mandates=mandates, teller=teller),
            pushes=SimulatedPushBank(ledger, clock=clock, till=Till(desk), faults=faults),
            mandates=mandates,
            cards=CardDesk(ledger),
        )
