from typing import final

from duro.kernel import Clock
from duro.payments.notices import Notice
from duro.payments.simulated.imprint import Imprint
from duro.payments.simulated.rails.page import RailPage
from duro.payments.simulated.webhooks.deliveries import DeliveryStatus, NoticeDelivery
from duro.payments.simulated.webhooks.notice_text import NoticeText
from duro.payments.simulated.webhooks.plan import NoticePlan


@final
class NoticeDesk:
    """Where what happens at the provider becomes a notice to be sent, in the transaction of the happening."""

    def __init__(self, *, clock: Clock, plan: NoticePlan) -> None:
        self._clock = clock
        self._plan = plan

    def tell(self, page: RailPage, notice: Notice, *, happening: str) -> None:
        """Plan the sendings of a notice; which of them go wrong follows from the happening and the plan's seed."""
        now = self._clock.now()
        body = NoticeText.write(notice)
        waits = self._plan.waits(happening)
        for copy, wait in enumerate(waits, start=1):
            page.deliveries.put(
                NoticeDelivery(notice.event_id, copy, body, now + wait, now + wait, DeliveryStatus.WAITING)
            )
        if not waits:
            page.deliveries.put(NoticeDelivery(notice.event_id, 0, body, now, None, DeliveryStatus.WITHHELD))

    @staticmethod
    def event_id(*happening: object) -> str:
        return f"evt-{Imprint.of(*happening).letters}"
