from dataclasses import dataclass
from typing import assert_never, final

from whenever import Instant

from duro.billing.recovery import Rail
from duro.kernel import Money
from duro.payments.notices import MoneyReceived
from duro.payments.simulated.fees import SimulatedFees
from duro.payments.simulated.imprint import Imprint
from duro.payments.simulated.rails.entries import AccountEntry, ArrivalEntry, RequestEntry
from duro.payments.simulated.rails.page import RailPage
from duro.payments.simulated.webhooks.desk import NoticeDesk


@final
@dataclass(frozen=True, slots=True)
class Nobody:
    """Whoever has a reference or an account number that the provider never gave to us."""

    reference: str | None
    number: str | None

    @property
    def owner(self) -> str:
        return f"nobody {self.reference or self.number}"


@final
@dataclass(frozen=True, slots=True)
class Till:
    """Where pushed money is written down and told of, whoever it is for; none is ever turned away."""

    desk: NoticeDesk | None

    def receive(
        self, page: RailPage, holder: RequestEntry | AccountEntry | Nobody, amount: Money, at: Instant
    ) -> ArrivalEntry:
        """Take money for a request, which is named to us, or into an account, whose number is all that is named."""
        order = page.arrivals.count(holder.owner) + 1
        reference, number, rail = self._hints(holder)
        arrival = ArrivalEntry(
            provider_reference=f"psh-{Imprint.of(holder.owner, order, at).letters}",
            owner=holder.owner,
            order=order,
            reference=reference,
            account_number=number,
            amount=amount,
            rail=rail,
            arrived_at=at,
            fee=SimulatedFees.bundled().kept_of(amount, rail),
        )
        page.arrivals.put(arrival)
        self._tell(page, arrival)
        return arrival

    @staticmethod
    def _hints(holder: RequestEntry | AccountEntry | Nobody) -> tuple[str | None, str | None, Rail]:
        match holder:
            case RequestEntry():
                return holder.reference, None if holder.rail is Rail.USSD else holder.number, holder.rail
            case AccountEntry():
                return None, holder.number, Rail.VIRTUAL_ACCOUNT
            case Nobody():
                return holder.reference, holder.number, Rail.USSD if holder.number is None else Rail.TRANSFER
            case _:
                assert_never(holder)

    def _tell(self, page: RailPage, arrival: ArrivalEntry) -> None:
        if self.desk is None:
            return
        notice = MoneyReceived(
            event_id=NoticeDesk.event_id(arrival.provider_reference),
            reference=arrival.reference,
            account_number=arrival.account_number,
            provider_reference=arrival.provider_reference,
            amount=arrival.amount,
            rail=arrival.rail,
            at=arrival.arrived_at,
            fee=arrival.fee,
        )
        self.desk.tell(page, notice, happening=f"{arrival.owner} {arrival.order}")
