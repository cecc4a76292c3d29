from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, assert_never, final

from whenever import Instant, TimeDelta

from duro.billing import Subscription
from duro.billing.recovery import DunningSettings
from duro.db import Repositories, RepositoryContexts
from duro.db.push_rows import PaymentRequest, PaymentRequestStatus
from duro.db.records import DunningSchedule, Invoice, InvoiceStatus, TenantStatus
from duro.kernel import Clock, IdFactory, PaymentRequestId, TenantId
from duro.merchant_api.billing.gateways import GatewayRegistry
from duro.merchant_api.messages.message_drafts import MessageDrafts
from duro.merchant_api.pushed.arrived_money import ArrivedMoney, Received
from duro.merchant_api.pushed.pay_instructions import PayInstructions
from duro.merchant_api.pushed.receive_money import ReceiveMoney
from duro.merchant_api.pushed.request_order import RequestOrder
from duro.payments import NotFound, Opened, Refused, RequestStanding, Unknown

_FIRST_LOOK: Final = TimeDelta(minutes=10)
_LONGEST_WAIT: Final = TimeDelta(hours=24)
_LATE_MONEY: Final = TimeDelta(hours=24 * 7)


class RequestOutcome(StrEnum):
    """What came of looking at a request for pushed money once."""

    OPENED = "opened"
    REFUSED = "refused"
    RECEIVED = "received"
    WAITING = "waiting"
    CLOSED = "closed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


@final
@dataclass(frozen=True, slots=True)
class _Taken:
    """A request that belongs to this process for a while: whether anything is still wanted of it, and may be asked."""

    order: RequestOrder
    is_over: bool
    is_tenant_suspended: bool

    @property
    def request(self) -> PaymentRequest:
        return self.order.request

    @property
    def may_be_sent(self) -> bool:
        is_opening = self.request.status is PaymentRequestStatus.OPENING
        return is_opening and not self.is_over and not self.is_tenant_suspended


@final
class RequestService:
    """Asks payers for money on push rails and finds what came of it, whatever notices are lost.

    A request is looked at after as long again as it has waited, at least every day; for a week after its end, too,
    since payers are late.
    """

    def __init__(
        self,
        contexts: RepositoryContexts,
        gateways: GatewayRegistry,
        *,
        ids: IdFactory,
        clock: Clock,
        lease: TimeDelta,
        receive: ReceiveMoney | None = None,
    ) -> None:
        self._contexts = contexts
        self._gateways = gateways
        self._ids = ids
        self._clock = clock
        self._lease = lease
        self._receive = receive or ReceiveMoney(contexts, gateways, ids=ids, clock=clock)
        self._messages = MessageDrafts(ids)

    def on(self, clock: Clock) -> "RequestService":
        """Give the same service on another clock."""
        return RequestService(
            self._contexts.on(clock),
            self._gateways,
            ids=self._ids,
            clock=clock,
            lease=self._lease,
            receive=self._receive.on(clock),
        )

    async def present(self, tenant_id: TenantId, order: RequestOrder) -> RequestOutcome:
        """Open a request that this process has just committed; no answer leaves it opening, to be looked at later."""
        gateway = self._gateways.asking(order.request.provider)
        answer = await gateway.open(order.order)
        if isinstance(answer, Unknown):
            return RequestOutcome.UNKNOWN
        return await self._opened(tenant_id, order.request.id, answer)

    async def process(self, tenant_id: TenantId, request_id: PaymentRequestId) -> RequestOutcome:
        """Look at a request whose time has come: open it again, or take in what came and close what is over.

        The same reference opens one request only, so that one that may have been opened is opened again, unless its
        merchant is suspended: then it is only looked up.
        """
        taken = await self._take(tenant_id, request_id)
        if taken is None:
            return RequestOutcome.SKIPPED
        request = taken.request
        if taken.may_be_sent:
            return await self.present(tenant_id, taken.order)
        gateway = self._gateways.asking(request.provider)
        ask = gateway.close_request if taken.is_over else gateway.lookup_request
        standing = await ask(request.reference)
        match standing:
            case Unknown():
                return RequestOutcome.UNKNOWN
            case NotFound():
                return await self._looked(tenant_id, request_id, is_over=taken.is_over, is_known=False)
            case RequestStanding():
                return await self._matched(tenant_id, taken, standing)
            case _:
                assert_never(standing)

    async def _matched(self, tenant_id: TenantId, taken: _Taken, standing: RequestStanding) -> RequestOutcome:
        request, news = taken.request, False
        for arrival in standing.arrivals:
            received = await self._receive.execute(
                tenant_id,
                ArrivedMoney(
                    provider=request.provider,
                    reference=arrival.provider_reference,
                    amount=arrival.amount,
                    rail=arrival.rail,
                    at=arrival.arrived_at,
                    request_id=request.id,
                    fee=arrival.fee,
                ),
            )
            news = news or received is not Received.KNOWN
        outcome = await self._looked(tenant_id, request.id, is_over=taken.is_over or standing.is_closed, is_known=True)
        return RequestOutcome.RECEIVED if news else outcome

    async def _take(self, tenant_id: TenantId, request_id: PaymentRequestId) -> _Taken | None:
        async with self._contexts.open(tenant_id) as repos:
            request, now = await repos.payment_requests.lock(request_id), self._clock.now()
            if request is None or request.look_at is None or request.look_at > now:
                return None
            invoice = await repos.invoices.get(request.invoice_id)
            customer = None if invoice is None else await repos.customers.get(invoice.customer_id)
            if invoice is None or customer is None:
                return None
            leased = replace(request, look_at=now + self._lease)
            await repos.payment_requests.update(leased)
            order = RequestOrder.of(leased, customer_email=customer.email, phone=customer.phone)
            is_suspended = (await repos.tenants.get()).status is TenantStatus.SUSPENDED
            return _Taken(order, self._is_over(leased, invoice, now), is_suspended)

    @staticmethod
    def _is_over(request: PaymentRequest, invoice: Invoice, now: Instant) -> bool:
        has_expired = request.expires_at is not None and request.expires_at <= now
        return has_expired or invoice.status is not InvoiceStatus.OPEN or not request.status.is_waiting

    async def _looked(
        self, tenant_id: TenantId, request_id: PaymentRequestId, *, is_over: bool, is_known: bool
    ) -> RequestOutcome:
        """Say when to look again: of what the provider never had nothing can come any more once it is over.

        A case that waited for it is decided about anew.
        """
        async with self._contexts.open(tenant_id) as repos:
            found = await repos.payment_requests.get(request_id)
            subscription = None if found is None else await repos.subscriptions.lock(found.subscription_id)
            request, now = await repos.payment_requests.lock(request_id), self._clock.now()
            if request is None or subscription is None:
                return RequestOutcome.SKIPPED
            if not is_over:
                waited = min(max(now - request.created_at, _FIRST_LOOK), _LONGEST_WAIT)
                look_at = now + waited if request.status.is_waiting else now
                await repos.payment_requests.update(replace(request, look_at=look_at))
                return RequestOutcome.WAITING
            ended_at = request.settled_at or now
            is_watched = is_known and now < ended_at + _LATE_MONEY
            closed = replace(
                request,
                status=PaymentRequestStatus.CLOSED if request.status.is_waiting else request.status,
                look_at=now + _LONGEST_WAIT if is_watched else None,
                settled_at=ended_at,
            )
            await repos.payment_requests.update(closed)
            if request.status.is_waiting and request.is_planned:
                await repos.dunning.wake_waiting(request.invoice_id, rail=request.rail, now=now)
            return RequestOutcome.CLOSED

    async def _opened(
        self, tenant_id: TenantId, request_id: PaymentRequestId, answer: Opened | Refused
    ) -> RequestOutcome:
        """Store what the payer is to do and tell them; a step that was refused has its case decided about anew.

        The provider's end of it says nothing on a test clock, which knows nothing of the provider's time.
        """
        async with self._contexts.open(tenant_id) as repos:
            found = await repos.payment_requests.get(request_id)
            subscription = None if found is None else await repos.subscriptions.lock(found.subscription_id)
            request, now = await repos.payment_requests.lock(request_id), self._clock.now()
            if request is None or subscription is None or request.status is not PaymentRequestStatus.OPENING:
                return RequestOutcome.SKIPPED
            if isinstance(answer, Refused):
                refused = replace(request, status=PaymentRequestStatus.REFUSED, look_at=None, settled_at=now)
                await repos.payment_requests.update(refused)
                if request.is_planned:
                    await repos.dunning.wake(subscription.id, now=now)
                return RequestOutcome.REFUSED
            opened = replace(
                request,
                status=PaymentRequestStatus.OPEN,
                instructions=PayInstructions.write(answer.instructions),
                expires_at=answer.expires_at if subscription.test_clock_id is None else None,
                look_at=now + _FIRST_LOOK,
            )
            await repos.payment_requests.update(opened)
            if opened.is_planned:
                await self._tell(repos, subscription, opened, now=now)
            return RequestOutcome.OPENED

    async def _tell(
        self, repos: Repositories, subscription: Subscription, request: PaymentRequest, *, now: Instant
    ) -> None:
        """Tell the payer of an open case how to pay; one who asked for it themselves has it before their eyes."""
        case = await repos.dunning.of_invoice(request.invoice_id)
        wishes = await repos.recovery_settings.get()
        if case is None or not case.is_open or not wishes.dunning_enabled:
            return
        invoice = await repos.invoices.get(request.invoice_id)
        if invoice is None or invoice.status is not InvoiceStatus.OPEN:
            return
        how = "" if request.instructions is None else PayInstructions.words(request.instructions)
        attempts = await repos.attempts.of_invoice(invoice.id)
        requests = await repos.payment_requests.of_invoices([invoice.id])
        asked_before = sum(one.is_told_of(invoice.id) for one in requests if one.id != request.id)
        letters = await repos.messages.letters([invoice.customer_id], [invoice.id])
        told = self._messages.pushed(
            subscription,
            invoice,
            attempts,
            request=request.id,
            asked_before=asked_before,
            before=letters[invoice.id],
            is_last=self._is_last(case, wishes.dunning, now=now),
            how=how,
            now=now,
        )
        await repos.messages.add([told])

    @staticmethod
    def _is_last(case: DunningSchedule, settings: DunningSettings, *, now: Instant) -> bool:
        """Say whether the end of the case is near."""
        last_call = None if case.deadline_at is None else settings.last_call(case.opened_at, case.deadline_at)
        return last_call is not None and now >= last_call
