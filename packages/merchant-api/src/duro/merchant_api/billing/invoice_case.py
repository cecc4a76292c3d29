from dataclasses import replace
from typing import Final, final

from whenever import Instant

from duro.db import Repositories
from duro.db.records import DunningState
from duro.kernel import InvoiceId

_CLOSED: Final = frozenset({DunningState.RECOVERED, DunningState.CANCELLED})


@final
class InvoiceCase:
    """The recovery case of an invoice, as a decision about that invoice ends it."""

    @staticmethod
    async def close(repos: Repositories, invoice_id: InvoiceId, state: DunningState, *, now: Instant) -> None:
        """End the case if there is one that isn't over; the caller holds the lock of the subscription."""
        found = await repos.dunning.of_invoice(invoice_id)
        schedule = None if found is None else await repos.dunning.lock(found.id)
        if schedule is None or schedule.state in _CLOSED:
            return
        await repos.dunning.update(replace(schedule, state=state, next_attempt_at=None, closed_at=now))
