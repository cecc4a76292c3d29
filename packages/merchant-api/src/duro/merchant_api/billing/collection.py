from typing import assert_never, final

from whenever import TimeDelta

from duro.billing import PaymentInProgressError, Subscription
from duro.db import Repositories, RepositoryContexts
from duro.db.records import AttemptStatus, Initiator, Invoice, PaymentAttempt
from duro.kernel import Clock, IdFactory, PaymentAttemptId, PaymentMethodId, TenantId
from duro.merchant_api.billing.card_budget import CardBudget
from duro.merchant_api.billing.charge_order import ChargeOrder
from duro.merchant_api.billing.charge_settlement import ChargeSettlement
from duro.merchant_api.billing.gateways import GatewayRegistry
from duro.merchant_api.billing.outcomes import RenewalOutcome
from duro.merchant_api.billing.owed_again import OwedAgain
from duro.merchant_api.billing.presentment import Presentment
from duro.merchant_api.billing.settlement_drafts import SettlementDrafts
from duro.payments import Approved, AwaitsApproval, Declined, Unknown


@final
class Collection:
    """Collects an invoice that is written already, by the same claim, charge and settle as a renewal."""

    def __init__(
        self, contexts: RepositoryContexts, gateways: GatewayRegistry, *, ids: IdFactory, clock: Clock, lease: TimeDelta
    ) -> None:
        self._contexts = contexts
        self._gateways = gateways
        self._ids = ids
        self._clock = clock
        self._lease = lease
        self._budget = CardBudget()
        self._presentment = Presentment(gateways, clock=clock)
        self._settlement = ChargeSettlement(contexts, SettlementDrafts(ids=ids, clock=clock), clock=clock)

    @property
    def clock(self) -> Clock:
        """What it dates its attempts by."""
        return self._clock

    def on(self, clock: Clock) -> "Collection":
        """Give the same collection on another clock."""
        contexts = self._contexts.on(clock)
        return Collection(contexts, self._gateways, ids=self._ids, clock=clock, lease=self._lease)

    async def claim(
        self,
        repos: Repositories,
        subscription: Subscription,
        invoice: Invoice,
        *,
        reason: str,
        initiator: Initiator = Initiator.MERCHANT,
        attempt_id: PaymentAttemptId | None = None,
        method_id: PaymentMethodId | None = None,
    ) -> ChargeOrder | None:
        """Write a pending attempt for what an invoice asks for now; None if the saved method can't pay it.

        That is the subscription's own method unless another one is named.

        The caller holds the locks of the subscription and the invoice, and commits before it has the order finished.
        Raise PaymentInProgressError while any charge of the subscription isn't explained, or ConflictError
        `card_budget_spent`.
        """
        if await repos.attempts.unexplained_of_subscription(subscription.id):
            raise PaymentInProgressError
        method_id = method_id or subscription.payment_method_id
        method = None if method_id is None else await repos.payment_methods.hold(method_id)
        customer = await repos.customers.get(subscription.customer_id)
        amount = OwedAgain.asked_for(subscription, invoice)
        if method is None or not method.can_pay(amount) or customer is None:
            return None
        now = self._clock.now()
        await self._budget.require(repos, method, invoice, owed=amount, now=now)
        attempt = PaymentAttempt(
            id=attempt_id or self._ids.new(PaymentAttemptId),
            invoice_id=invoice.id,
            subscription_id=subscription.id,
            payment_method_id=method.id,
            provider=method.provider,
            rail=method.rail.value,
            status=AttemptStatus.PENDING,
            amount=amount,
            reason=reason,
            failure_code=None,
            failure_message=None,
            advice_code=None,
            claimed_until=now + self._lease,
            created_at=now,
            settled_at=None,
            initiator=initiator,
        )
        await repos.attempts.insert(attempt)
        description = await self._description(repos, subscription, invoice)
        return ChargeOrder.of(attempt, token=method.token, customer_email=customer.email, description=description)

    @staticmethod
    async def _description(repos: Repositories, subscription: Subscription, invoice: Invoice) -> str:
        """Say what is paid for, as a bank shows it to its customer."""
        if invoice.lines:
            return invoice.lines[-1].description
        plan = await repos.plans.get(subscription.terms.plan_id)
        return "" if plan is None else plan.name

    async def finish(
        self, tenant_id: TenantId, order: ChargeOrder, *, gateway_seconds: float | None = None
    ) -> RenewalOutcome:
        """Send a committed order once and settle what is answered.

        No answer leaves it pending, and so does a bank that wants the payer to approve it.
        """
        result = await self._presentment.send(order, gateway_seconds=gateway_seconds)
        match result:
            case Approved() | Declined():
                settled = await self._settlement.settle(tenant_id, {order.attempt.id: result})
                return settled[order.attempt.id].outcome
            case AwaitsApproval():
                await self._settlement.await_approval(tenant_id, {order.attempt.id: result})
            case Unknown():
                pass
            case _:
                assert_never(result)
        return RenewalOutcome.PENDING
