from dataclasses import replace
from typing import Final, final

from whenever import Instant

from duro.db import Repositories
from duro.db.records import DunningEventKind, DunningSchedule, DunningState
from duro.kernel import IdFactory, InvoiceId
from duro.merchant_api.billing.case_events import CaseEvents

_CLOSED: Final = frozenset({DunningState.RECOVERED, DunningState.CANCELLED})


@final
class InvoiceCase:
    """The recovery case of an invoice, as a decision about that invoice or its subscription ends it."""

    def __init__(self, ids: IdFactory) -> None:
        self._events = CaseEvents(ids)

    async def void(self, repos: Repositories, invoice_id: InvoiceId, *, now: Instant) -> None:
        """End the case, if there is one that isn't won: nothing is owed. The caller holds the subscription's lock."""
        reason = "The invoice was voided, so nothing is owed for it."
        await self._close(repos, invoice_id, DunningState.CANCELLED, reason, now=now)

    async def give_up(self, repos: Repositories, invoice_id: InvoiceId, *, now: Instant) -> None:
        """End the case, if there is one that isn't over: the merchant expects no money any more."""
        reason = "The merchant gave up on the invoice."
        await self._close(repos, invoice_id, DunningState.EXHAUSTED, reason, now=now)

    async def cancel(self, repos: Repositories, schedule: DunningSchedule, *, now: Instant) -> None:
        """End a locked case because its subscription has ended."""
        await self._end(repos, schedule, DunningState.CANCELLED, "The subscription has ended.", now=now)

    async def _close(
        self, repos: Repositories, invoice_id: InvoiceId, state: DunningState, reason: str, *, now: Instant
    ) -> None:
        found = await repos.dunning.of_invoice(invoice_id)
        schedule = None if found is None else await repos.dunning.lock(found.id)
        if schedule is not None and schedule.state not in _CLOSED:
            await self._end(repos, schedule, state, reason, now=now)

    async def _end(
        self, repos: Repositories, schedule: DunningSchedule, state: DunningState, reason: str, *, now: Instant
    ) -> None:
        ended = replace(schedule, state=state, next_attempt_at=None, wake_at=None, closed_at=now, reason=reason)
        await repos.dunning.update(ended)
        await repos.payment_requests.hasten(schedule.invoice_id, now=now)
        await repos.dunning.tell([self._events.of(ended, DunningEventKind(state.value), now=now)])
