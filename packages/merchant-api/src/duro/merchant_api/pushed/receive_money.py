from collections.abc import Sequence
from dataclasses import replace
from typing import Final, final

from whenever import Instant

from duro.billing import Subscription
from duro.db import Repositories, RepositoryContexts
from duro.db.ledger import Postings
from duro.db.push_rows import Allocation, IncomingPayment, PaymentRequestStatus
from duro.db.records import DunningEventKind, Invoice, InvoiceKind, InvoiceStatus
from duro.db.renewal_rows import RenewalSettlement
from duro.kernel import (
    AllocationId,
    Clock,
    ConflictError,
    IdFactory,
    IncomingPaymentId,
    InvoiceId,
    Money,
    NotFoundError,
    SubscriptionId,
    TenantId,
)
from duro.merchant_api.billing.case_events import CaseEvents
from duro.merchant_api.billing.gateway_minimum import GatewayMinimum
from duro.merchant_api.billing.gateways import GatewayRegistry
from duro.merchant_api.billing.owed_again import OwedAgain
from duro.merchant_api.billing.settlement_drafts import SettlementDrafts
from duro.merchant_api.messages.message_drafts import MessageDrafts
from duro.merchant_api.pushed.arrived_money import ArrivedMoney, Received
from duro.merchant_api.pushed.carried_remainder import CarriedRemainder
from duro.merchant_api.pushed.money_purpose import BY_ITSELF, MoneyPurpose
from duro.merchant_api.test_clocks.customer_clocks import CustomerClocks
from duro.payments import ProviderFee

_PAYABLE: Final = frozenset({InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE})


@final
class ReceiveMoney:
    """Takes in money that came without a charge of ours and lets it pay what it is for, once for each reference.

    It pays the invoice that it names, else the oldest open one of that subscription; what is over, and all of it
    where nothing can be paid by it, is the subscription's credit. Less than an invoice asks for stays on it as a part,
    unless the rest is too little to charge: then the next invoice asks for that.
    Late money pays an invoice that was given up only if it is enough for it together with the subscription's credit; a
    subscription that has ended gets credit.
    """

    def __init__(
        self,
        contexts: RepositoryContexts,
        gateways: GatewayRegistry,
        *,
        ids: IdFactory,
        clock: Clock,
        is_advancing: bool = False,
    ) -> None:
        self._contexts = contexts
        self._gateways = gateways
        self._minimum = GatewayMinimum(gateways)
        self._ids = ids
        self._clock = clock
        self._is_advancing = is_advancing
        self._clocks = CustomerClocks(clock)
        self._cases = CaseEvents(ids)
        self._messages = MessageDrafts(ids)

    def on(self, clock: Clock) -> "ReceiveMoney":
        """Give the same for what is done in an advance of a test clock."""
        return ReceiveMoney(self._contexts.on(clock), self._gateways, ids=self._ids, clock=clock, is_advancing=True)

    async def execute(self, tenant_id: TenantId, money: ArrivedMoney) -> Received:
        """Write the money and what it pays in one transaction; money that is known already changes nothing.

        Raise NotFoundError for a request or charge that isn't the tenant's, and ConflictError `test_clock_advancing`.
        """
        async with self._contexts.open(tenant_id) as repos:
            return await self.within(repos, money)

    async def within(self, repos: Repositories, money: ArrivedMoney) -> Received:
        """Do the same in a transaction that is open, as a part of what else is written there."""
        purpose = await MoneyPurpose.of(repos, money)
        subscription, clock = await self._locked(repos, purpose)
        payment = self._payment(money, purpose, now=clock.now())
        if not await repos.incoming_payments.record(payment):
            return Received.KNOWN
        return await self._take_in(repos, subscription, payment, purpose, clock)

    async def allocate(
        self, repos: Repositories, payment: IncomingPayment, *, to: SubscriptionId | InvoiceId
    ) -> Received:
        """Let money that waited for a person pay what they say it is for, in a transaction that is open.

        Raise NotFoundError, or ConflictError `currency_mismatch` or `test_clock_advancing`.
        """
        purpose = await MoneyPurpose.named(repos, to)
        subscription, clock = await self._locked(repos, purpose)
        if payment.amount.currency != subscription.balance.currency:
            code = "currency_mismatch"
            raise ConflictError(code, f"{subscription.id} is billed in {subscription.balance.currency}.")
        return await self._take_in(repos, subscription, payment, purpose, clock)

    async def _locked(self, repos: Repositories, purpose: MoneyPurpose) -> tuple[Subscription, Clock]:
        subscription = await repos.subscriptions.lock(purpose.subscription_id)
        if subscription is None:
            raise NotFoundError("subscription", purpose.subscription_id)
        if self._is_advancing:
            return subscription, self._clock
        return subscription, await self._clocks.of(repos, subscription.test_clock_id)

    async def _take_in(
        self,
        repos: Repositories,
        subscription: Subscription,
        payment: IncomingPayment,
        purpose: MoneyPurpose,
        clock: Clock,
    ) -> Received:
        """Let it pay in full, else in part, else be credit; of another currency nobody knows what it is worth here."""
        if payment.amount.currency != subscription.balance.currency:
            await self._post(repos, payment, (), clock)
            return Received.HELD
        invoice = await self._payable(repos, subscription, purpose)
        if invoice is None:
            return await self._credit(repos, subscription, payment, clock)
        found = OwedAgain.of(subscription, invoice, payment=payment.amount)
        if found is None:
            return await self._credit(repos, subscription, payment, clock)
        carried = await self._carried(repos, found, payment)
        asked = found if carried is None else replace(found, invoice=carried.invoice)
        is_enough = asked.invoice.amount_remaining <= payment.amount
        settlement = await self._settlement(repos, asked, payment, clock) if is_enough else None
        if settlement is None:
            if payment.amount < found.invoice.amount_remaining:
                return await self._pay_part(repos, subscription, invoice, payment, clock)
            return await self._credit(repos, subscription, payment, clock)
        if carried is not None:
            await self._carry(repos, carried, clock)
        await self._pay(repos, settlement, asked.invoice, payment, clock, action=purpose.action)
        if purpose.invoice_id == invoice.id:
            await self._settle_request(repos, purpose, now=clock.now())
        return Received.PAID

    async def _carried(
        self, repos: Repositories, found: OwedAgain, payment: IncomingPayment
    ) -> CarriedRemainder | None:
        """Say what the money would leave if that is less than the provider charges."""
        if found.invoice.amount_remaining <= payment.amount:
            return None
        minimum = await self._minimum.by_any_method(repos, found.subscription)
        return CarriedRemainder.of(found.invoice, payment.amount, minimum=minimum)

    async def _carry(self, repos: Repositories, carried: CarriedRemainder, clock: Clock) -> None:
        """Let the rest wait for the next invoice; where none will come, it lapses with what else waits."""
        invoice, now = carried.invoice, clock.now()
        await repos.invoices.carry(invoice, carried.line)
        await repos.pending_lines.add(invoice.subscription_id, [carried.pending], now=now, carried_from=invoice.id)
        postings = Postings(ids=self._ids, clock=clock)
        await repos.ledger.post(postings.carried(invoice.id, carried.pending.amount))

    async def _settlement(
        self, repos: Repositories, found: OwedAgain, payment: IncomingPayment, clock: Clock
    ) -> RenewalSettlement | None:
        """Draft what paying it in full means; None where nothing would be had for the money."""
        wishes = await repos.recovery_settings.get()
        case = await repos.dunning.of_invoice(found.invoice.id)
        return SettlementDrafts(ids=self._ids, clock=clock).received(
            found.subscription,
            found.invoice,
            payment,
            now=clock.now(),
            missed_periods=wishes.missed_periods,
            is_proration_recovered=case is not None,
        )

    async def _pay(
        self,
        repos: Repositories,
        settlement: RenewalSettlement,
        invoice: Invoice,
        payment: IncomingPayment,
        clock: Clock,
        *,
        action: str | None,
    ) -> None:
        now, subscription = clock.now(), settlement.subscription
        over = payment.amount - invoice.amount_remaining
        parts = [self._part(payment, invoice.id, invoice.amount_remaining, now=now)]
        if not over.is_zero:
            parts.append(self._part(payment, subscription.id, over, now=now))
        credited = replace(settlement, subscription=subscription.credited(over))
        await repos.renewals.settle([credited], now=now)
        await self._post(repos, payment, parts, clock)
        winner = payment.id if payment.attempt_id is None else payment.attempt_id
        await repos.dunning.attribute(invoice.id, to=winner.value, action=action, otherwise=BY_ITSELF)

    async def _pay_part(
        self, repos: Repositories, subscription: Subscription, invoice: Invoice, payment: IncomingPayment, clock: Clock
    ) -> Received:
        now = clock.now()
        partly_paid = replace(invoice, amount_paid=invoice.amount_paid + payment.amount)
        await repos.invoices.update(partly_paid)
        await self._post(repos, payment, [self._part(payment, invoice.id, payment.amount, now=now)], clock)
        left = partly_paid.amount_remaining
        await repos.messages.add([self._messages.received(subscription, payment, now=now, owed=left)])
        found = await repos.dunning.of_invoice(invoice.id)
        case = None if found is None else await repos.dunning.lock(found.id)
        if case is not None and case.is_open:
            told = replace(case, reason=f"{payment.amount} came by {payment.rail.words}; {left} is still to be paid.")
            await repos.dunning.update(told)
            await repos.dunning.tell([self._cases.of(told, DunningEventKind.RECEIVED, now=now)])
        return Received.PARTLY_PAID

    async def _credit(
        self, repos: Repositories, subscription: Subscription, payment: IncomingPayment, clock: Clock
    ) -> Received:
        now = clock.now()
        await repos.subscriptions.update(subscription.credited(payment.amount))
        await self._post(repos, payment, [self._part(payment, subscription.id, payment.amount, now=now)], clock)
        await repos.messages.add([self._messages.received(subscription, payment, now=now)])
        return Received.CREDITED

    async def _post(
        self, repos: Repositories, payment: IncomingPayment, parts: Sequence[Allocation], clock: Clock
    ) -> None:
        if parts:
            await repos.incoming_payments.allocate(parts)
        await repos.ledger.post(Postings(ids=self._ids, clock=clock).incoming_payment(payment, parts))

    @staticmethod
    async def _payable(repos: Repositories, subscription: Subscription, purpose: MoneyPurpose) -> Invoice | None:
        """Lock the invoice that the money may pay: what a change of plan costs is paid at once or not at all."""
        if subscription.is_terminal:
            return None
        named = None if purpose.invoice_id is None else await repos.invoices.lock(purpose.invoice_id)
        if named is not None and named.status in _PAYABLE:
            return named
        waiting = await repos.invoices.lock_open(subscription.id)
        return next((one for one in waiting if one.kind is not InvoiceKind.PLAN_CHANGE), None)

    @staticmethod
    async def _settle_request(repos: Repositories, purpose: MoneyPurpose, *, now: Instant) -> None:
        """Write down that a request brought what it asked for; it is looked at once more, to be closed."""
        request = None if purpose.request is None else await repos.payment_requests.lock(purpose.request.id)
        if request is not None and request.status.is_waiting:
            paid = replace(request, status=PaymentRequestStatus.PAID, look_at=now, settled_at=now)
            await repos.payment_requests.update(paid)

    def _payment(self, money: ArrivedMoney, purpose: MoneyPurpose, *, now: Instant) -> IncomingPayment:
        return IncomingPayment(
            id=self._ids.new(IncomingPaymentId),
            provider=money.provider,
            reference=money.reference,
            rail=money.rail,
            amount=money.amount,
            payment_request_id=money.request_id,
            attempt_id=money.attempt_id,
            subscription_id=purpose.subscription_id,
            received_at=money.at,
            created_at=now,
            fee=ProviderFee.of(money.fee, amount=money.amount),
        )

    def _part(
        self, payment: IncomingPayment, pays: InvoiceId | SubscriptionId, amount: Money, *, now: Instant
    ) -> Allocation:
        return Allocation(
            id=self._ids.new(AllocationId),
            incoming_payment_id=payment.id,
            pays=pays,
            amount=amount,
            created_at=now,
        )
