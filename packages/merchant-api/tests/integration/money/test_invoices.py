"""What a merchant decides about an invoice that isn't paid, and what each decision does to everything around it."""

import asyncio
from dataclasses import replace

import pytest
from whenever import Instant, TimeDelta

from duro.billing import Interval, InvoiceLine, PendingLine, SubscriptionStatus
from duro.db import Postings
from duro.db.records import AttemptStatus, DunningState, InvoiceKind, InvoiceStatus
from duro.kernel import Currency, DomainError, InvoiceId, Money
from duro.merchant_api.billing import RenewalOutcome
from duro.payments import SimulatedCard
from duro.testkit.builders import PlanBuilder

NGN = Currency("NGN")


class TestAVoid:
    async def test_forgives_what_a_past_due_subscription_owed(self, till):
        subscription, invoice = await till.past_due(credit=100_000)
        assert invoice.total == Money(400_000, NGN)

        voided = await till.void(invoice)

        assert voided.status is InvoiceStatus.VOID
        after = await till.loop.subscription(subscription.id)
        assert (after.status, after.balance.amount, after.cycles_completed) == (SubscriptionStatus.ACTIVE, 100_000, 0)
        assert (after.current_period_start, after.current_period_end) == (invoice.period_start, invoice.period_end)
        case = await till.case(invoice)
        assert (case.state, case.closed_at) == (DunningState.CANCELLED, till.clock.now())
        assert (await till.loop.events(subscription.id))[-1] == "subscription_recovered"
        assert (await till.loop.balances())["receivable"] == 0

    async def test_lets_it_renew_again_at_the_end_of_the_forgiven_period(self, till, clock):
        subscription, invoice = await till.past_due()
        await till.void(invoice)
        clock.set(Instant.from_utc(2026, 4, 30, hour=9))
        assert await till.loop.renew(subscription.id) is RenewalOutcome.DUNNING
        card = await till.card(subscription, SimulatedCard.APPROVE)
        paid = await till.pay(await till.invoice(subscription), card)
        assert paid.invoice.status is InvoiceStatus.PAID
        assert (await till.loop.subscription(subscription.id)).cycles_completed == 1

    async def test_leaves_out_the_weeks_that_went_by_until_then(self, till, clock):
        plan = await till.loop.merchant.plan(PlanBuilder(interval=Interval.WEEK))
        subscription, invoice = await till.past_due(plan=plan)
        clock.advance(TimeDelta(hours=24 * 31))

        await till.void(invoice)

        after = await till.loop.subscription(subscription.id)
        assert after.current_period_start == after.current_period_end == invoice.period_start + TimeDelta(hours=24 * 28)
        assert (await till.loop.events(subscription.id))[-2:] == ["subscription_recovered", "subscription_updated"]

    async def test_of_what_was_given_up_gives_credit_back_once(self, till):
        subscription, invoice = await till.past_due(credit=100_000)
        given_up = await till.mark(invoice)
        assert await till.balance(subscription) == 100_000

        await till.void(given_up)

        after = await till.loop.subscription(subscription.id)
        assert (after.status, after.balance.amount) == (SubscriptionStatus.ACTIVE, 100_000)
        assert (await till.case(invoice)).state is DunningState.CANCELLED
        balances = await till.loop.balances()
        assert (balances["bad_debt"], balances["receivable"], balances["revenue"]) == (0, 0, 0)

    async def test_keeps_the_credit_that_its_lines_had_given(self, till):
        subscription = await till.due(SimulatedCard.INSUFFICIENT_FUNDS)
        async with till.loop.contexts.open(till.tenant_id) as repos:
            line = PendingLine("Unused time", Money(-50_000, NGN))
            await repos.pending_lines.add(subscription.id, [line], now=till.clock.now())
        await till.loop.renew(subscription.id)
        invoice = await till.invoice(subscription)
        assert invoice.total == Money(450_000, NGN)

        await till.void(await till.mark(invoice))

        assert await till.balance(subscription) == 50_000

    async def test_waits_for_a_charge_whose_end_is_not_known(self, till):
        subscription = await till.due(SimulatedCard.TIMEOUT_AFTER)
        await till.loop.renew(subscription.id)
        invoice = await till.invoice(subscription)
        for act in (till.void, till.mark, till.pay):
            with pytest.raises(DomainError) as refusal:
                await act(invoice)
            assert refusal.value.code == "payment_in_progress"

    async def test_of_what_an_ended_subscription_owed_only_voids(self, till):
        subscription, invoice = await till.past_due()
        await till.mark(invoice)
        await till.cancel(subscription)
        before = await till.loop.subscription(subscription.id)

        assert (await till.void(invoice)).status is InvoiceStatus.VOID

        assert await till.loop.subscription(subscription.id) == before

    async def test_races_a_payment_and_one_of_them_wins(self, till):
        subscription, invoice = await till.past_due()
        card = await till.card(subscription, SimulatedCard.APPROVE)

        results = await asyncio.gather(till.void(invoice), till.pay(invoice, card), return_exceptions=True)

        lost = [one for one in results if isinstance(one, DomainError)]
        assert [one.code for one in lost] in (["payment_in_progress"], ["invoice_not_open"])
        status = (await till.invoice(subscription)).status
        assert status in {InvoiceStatus.VOID, InvoiceStatus.PAID}
        assert (await till.loop.subscription(subscription.id)).status is SubscriptionStatus.ACTIVE


class TestAMarkAsUncollectible:
    async def test_leaves_bad_debt_and_an_unpaid_subscription(self, till):
        subscription, invoice = await till.past_due(credit=100_000)

        given_up = await till.mark(invoice)

        assert (given_up.status, given_up.marked_uncollectible_at) == (
            InvoiceStatus.UNCOLLECTIBLE,
            till.clock.now(),
        )
        after = await till.loop.subscription(subscription.id)
        assert (after.status, after.balance.amount) == (SubscriptionStatus.UNPAID, 100_000)
        assert after.current_period_end == subscription.current_period_end
        assert (await till.case(invoice)).state is DunningState.EXHAUSTED
        assert (await till.loop.events(subscription.id))[-1] == "subscription_unpaid"
        balances = await till.loop.balances()
        assert (balances["bad_debt"], balances["receivable"]) == (500_000, 0)
        with pytest.raises(DomainError) as refusal:
            await till.mark(invoice)
        assert refusal.value.code == "invoice_not_open"


class TestAPayment:
    async def test_of_what_was_given_up_recovers_the_subscription(self, till):
        subscription, invoice = await till.past_due(credit=100_000)
        await till.mark(invoice)
        card = await till.card(subscription, SimulatedCard.APPROVE)

        result = await till.pay(invoice, card)

        assert (result.invoice.status, result.invoice.amount_paid) == (InvoiceStatus.PAID, Money(400_000, NGN))
        after = await till.loop.subscription(subscription.id)
        assert (after.status, after.cycles_completed, after.balance.amount) == (SubscriptionStatus.ACTIVE, 1, 0)
        assert after.current_period_end == invoice.period_end
        assert (await till.case(invoice)).state is DunningState.RECOVERED
        balances = await till.loop.balances()
        assert (balances["bad_debt"], balances["receivable"]) == (0, 0)

    async def test_that_is_declined_leaves_what_was_given_up_as_it_was(self, till):
        subscription, invoice = await till.past_due()
        await till.mark(invoice)
        result = await till.pay(invoice)
        assert result.invoice.status is InvoiceStatus.UNCOLLECTIBLE
        assert [one.status for one in result.attempts] == [AttemptStatus.FAILED] * 2
        assert (await till.loop.subscription(subscription.id)).status is SubscriptionStatus.UNPAID
        assert (await till.case(invoice)).state is DunningState.EXHAUSTED

    async def test_is_made_once_by_many(self, till):
        subscription, invoice = await till.past_due()
        card = await till.card(subscription, SimulatedCard.APPROVE)
        results = await asyncio.gather(*(till.pay(invoice, card) for _ in range(6)), return_exceptions=True)
        assert sum(not isinstance(one, DomainError) for one in results) == 1
        [(_, attempts)] = await till.loop.invoices(subscription.id)
        assert [one.status for one in attempts] == [AttemptStatus.FAILED, AttemptStatus.SUCCEEDED]

    async def test_of_what_was_given_up_that_is_canceled_in_flight_goes_back(self, till):
        subscription, invoice = await till.past_due(credit=100_000)
        await till.mark(invoice)
        card = await till.card(subscription, SimulatedCard.TIMEOUT_AFTER)
        attempt = (await till.pay(invoice, card)).attempts[-1]
        await till.cancel(subscription)
        await till.resolve(attempt)
        async with till.loop.contexts.open(till.tenant_id) as repos:
            [refund] = await repos.refunds.of_attempt(attempt.id)
        assert refund.amount == Money(400_000, NGN)
        assert await till.balance(subscription) == 100_000

    async def test_of_an_ended_subscription_is_refused(self, till):
        subscription, invoice = await till.past_due()
        await till.mark(invoice)
        await till.cancel(subscription)
        with pytest.raises(DomainError) as refusal:
            await till.pay(invoice)
        assert refusal.value.code == "subscription_ended"


class TestAProrationInvoice:
    async def test_moves_neither_period_nor_status_whatever_is_decided(self, till):
        subscription, _, _ = await till.paid()
        before = await till.loop.subscription(subscription.id)
        for act, status in ((till.void, InvoiceStatus.VOID), (till.mark, InvoiceStatus.UNCOLLECTIBLE)):
            invoice = await proration(till, before)
            assert (await act(invoice)).status is status
            assert await till.loop.subscription(subscription.id) == before


async def proration(till, subscription):
    """Write an open invoice for a change of terms within the period."""
    [(paid, _), *_] = await till.loop.invoices(subscription.id)
    amount = Money(70_000, NGN)
    invoice = replace(
        paid,
        id=till.ids.new(InvoiceId),
        idempotency_key=str(till.ids.new(InvoiceId)),
        kind=InvoiceKind.PRORATION,
        status=InvoiceStatus.OPEN,
        subtotal=amount,
        total=amount,
        amount_paid=Money.zero(NGN),
        paid_at=None,
        rail=None,
        lines=(InvoiceLine.single("Ten more seats", amount),),
    )
    async with till.loop.contexts.open(till.tenant_id) as repos:
        await repos.invoices.insert(invoice)
        await repos.ledger.post(Postings(ids=till.ids, clock=till.clock).invoice(invoice))
    return invoice
