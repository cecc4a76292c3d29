from typing import final

from whenever import Instant, TimeDelta

from duro.billing.recovery import Rail
from duro.crypto import PayerLink
from duro.db import RepositoryContexts
from duro.db.push_rows import PaymentRequestStatus
from duro.db.records import Initiator
from duro.db.recovery import CaseSubject
from duro.kernel import Clock, IdFactory, PaymentRequestId
from duro.merchant_api.billing.gateways import GatewayRegistry
from duro.merchant_api.dunning.case_drafts import CaseDrafts
from duro.merchant_api.payer_links.not_offered import NotOfferedError
from duro.merchant_api.payer_links.part_receipt import PartReceipt
from duro.merchant_api.payer_links.payer_matter import PayerMatter
from duro.merchant_api.payer_links.payer_options import PayerOptions
from duro.merchant_api.payer_links.payer_standing import Owing, PayerStanding
from duro.merchant_api.payer_links.rail_refused import RailRefusedError
from duro.merchant_api.pushed import RequestOutcome, RequestService
from duro.merchant_api.pushed.request_order import RequestOrder
from duro.merchant_api.receipts import Receipt
from duro.merchant_api.test_clocks.customer_clocks import CustomerClocks


@final
class AskByRail:
    """Opens a request to push what is owed by one rail, because its payer wants to pay that way.

    It is no step of the plan of their recovery case, which goes on. A request that is open on that rail already is
    left to be it. Executed again under its receipt it finds the request it had written and opens no other.
    """

    def __init__(
        self,
        contexts: RepositoryContexts,
        gateways: GatewayRegistry,
        requests: RequestService,
        options: PayerOptions,
        *,
        ids: IdFactory,
        clock: Clock,
        lease: TimeDelta,
    ) -> None:
        self._contexts = contexts
        self._gateways = gateways
        self._requests = requests
        self._options = options
        self._ids = ids
        self._lease = lease
        self._clocks = CustomerClocks(clock)

    async def execute(self, link: PayerLink, rail: Rail, receipt: Receipt[object]) -> None:
        """Open it; no answer of the provider leaves it opening, to be looked at again.

        Raise InvalidLinkError, NotOfferedError, RailRefusedError, or ConflictError.
        """
        async with self._contexts.open(link.tenant_id) as repos:
            ids = await receipt.claim(repos, self._ids)
            matter = await PayerMatter.of(repos, link, self._clocks)
            clock = await self._clocks.of(repos, matter.subscription.test_clock_id)
            subjects = [] if matter.case is None else await repos.recovery.lock([matter.case.id])
            request_id = ids.new(PaymentRequestId)
            known, order = await repos.payment_requests.get(request_id), None
            if known is None:
                matter = await PayerMatter.of(repos, link, self._clocks)
                drafts = CaseDrafts(ids=PartReceipt(request_id), clock=clock, lease=self._lease)
                order = self._order(drafts, subjects, self._options.of(matter, link.purpose), rail, now=matter.now)
            if order is not None:
                await repos.payment_requests.insert(order.request)
        is_refused = known is not None and known.status is PaymentRequestStatus.REFUSED
        outcome = RequestOutcome.REFUSED if is_refused else RequestOutcome.OPENED
        if order is not None:
            outcome = await self._requests.on(clock).present(link.tenant_id, order)
        if outcome is RequestOutcome.REFUSED:
            raise RailRefusedError
        async with self._contexts.open(link.tenant_id) as repos:
            await receipt.sign(repos, outcome)

    def _order(
        self, drafts: CaseDrafts, subjects: list[CaseSubject], standing: PayerStanding, rail: Rail, *, now: Instant
    ) -> RequestOrder | None:
        """Draft the request; None where one waits on that rail already. Raise NotOfferedError."""
        if not isinstance(standing, Owing) or not subjects:
            raise NotOfferedError
        subject = subjects[0]
        if any(request.rail is rail for request in standing.requests):
            return None
        gateway = self._gateways.asking_by(rail, subject.invoice.currency)
        if rail not in standing.rails or gateway is None:
            raise NotOfferedError
        return drafts.request(subject, rail, provider=gateway.name, now=now, initiator=Initiator.PAYER)
