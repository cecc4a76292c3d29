"""Refunds that a merchant asks for: reserved, sent once, and decided on by a person where the provider refuses."""

import asyncio
from dataclasses import replace

import pytest
from whenever import TimeDelta

from duro.db import PageRequest
from duro.db.records import RefundStatus
from duro.kernel import Currency, DomainError, Money
from duro.payments import Refunded, RefundRefused, SimulatedCard, Unknown

LEASE = TimeDelta(seconds=60)
NGN = Currency("NGN")
CLOSED = RefundRefused("closed", "The account is closed.")


class TestARefund:
    async def test_moves_money_and_neither_period_nor_cycle(self, till):
        subscription, invoice, _ = await till.paid()
        before = await till.loop.subscription(subscription.id)

        refund = await till.refund(invoice, 200_000)

        assert (refund.status, refund.amount) == (RefundStatus.SUCCEEDED, Money(200_000, NGN))
        after = await till.loop.subscription(subscription.id)
        assert after == replace(before, event_sequence=before.event_sequence + 1)
        assert (await till.loop.events(subscription.id))[-1] == "subscription_payment_refunded"
        assert await till.loop.balances() == {
            "gateway:simulated": 300_000,
            "receivable": 0,
            "refund_payable": 0,
            "refunds": 200_000,
            "revenue": -500_000,
        }

    async def test_races_others_without_ever_exceeding_what_was_paid(self, till):
        _, invoice, _ = await till.paid()

        results = await asyncio.gather(*(till.refund(invoice, 150_000) for _ in range(8)), return_exceptions=True)

        done = [one for one in results if not isinstance(one, DomainError)]
        assert [one.status for one in done] == [RefundStatus.SUCCEEDED] * 3
        assert {one.code for one in results if isinstance(one, DomainError)} == {"refund_exceeds_payment"}

    async def test_without_an_answer_stays_reserved_and_is_looked_up_later(self, till, clock):
        subscription, invoice, _ = await till.paid()
        till.gateway.refund_answers = ["taken"]

        refund = await till.refund(invoice, 400_000)

        assert refund.status is RefundStatus.PENDING
        with pytest.raises(DomainError, match=r"NGN 1,000\.00"):
            await till.refund(invoice, 100_001)
        assert await till.refunds.process(till.tenant_id, refund.id) is None
        clock.advance(LEASE)
        assert await till.refunds.process(till.tenant_id, refund.id) is RefundStatus.SUCCEEDED
        assert till.gateway.refunds_sent == [refund.reference]
        assert (await till.invoice(subscription)).amount_refunded == Money(400_000, NGN)

    async def test_of_an_ended_subscription_is_made_all_the_same(self, till):
        subscription, invoice, _ = await till.paid()
        await till.cancel(subscription)
        assert (await till.refund(invoice)).status is RefundStatus.SUCCEEDED

    async def test_of_a_charge_in_flight_is_refused(self, till):
        subscription = await till.due(SimulatedCard.TIMEOUT_AFTER)
        await till.loop.renew(subscription.id)
        with pytest.raises(DomainError) as refusal:
            await till.refund(await till.invoice(subscription))
        assert refusal.value.code == "payment_in_progress"
        [(_, [attempt])] = await till.loop.invoices(subscription.id)
        await till.resolve(attempt)


class TestARefusedRefund:
    async def test_says_why_and_stays_reserved(self, till):
        _, invoice, _ = await till.paid()
        till.gateway.refund_answers = [CLOSED]

        refund = await till.refund(invoice)

        assert refund.status is RefundStatus.NEEDS_ATTENTION
        assert (refund.failure_code, refund.failure_message) == ("closed", "The account is closed.")
        with pytest.raises(DomainError, match=r"NGN 0\.00"):
            await till.refund(invoice, 1)

    async def test_is_asked_for_again_under_a_reference_of_its_own(self, till):
        subscription, invoice, _ = await till.paid()
        till.gateway.refund_answers = [CLOSED]
        refused = await till.refund(invoice, 300_000)

        again = await till.retry(refused)

        assert (again.status, again.amount, again.reason) == (RefundStatus.SUCCEEDED, refused.amount, refused.reason)
        assert till.gateway.refunds_sent == [refused.reference, again.reference]
        assert (await till.refund_of(refused.id)).status is RefundStatus.FAILED
        assert (await till.invoice(subscription)).amount_refunded == Money(300_000, NGN)

    async def test_is_asked_for_again_by_one_of_many(self, till):
        _, invoice, _ = await till.paid()
        till.gateway.refund_answers = [CLOSED]
        refused = await till.refund(invoice)

        results = await asyncio.gather(*(till.retry(refused) for _ in range(4)), return_exceptions=True)

        assert sorted(getattr(one, "code", one.__class__.__name__) for one in results) == [
            "Refund",
            *["refund_not_refused"] * 3,
        ]

    async def test_that_is_given_up_frees_what_it_reserved(self, till):
        _, invoice, _ = await till.paid()
        till.gateway.refund_answers = [CLOSED]
        refused = await till.refund(invoice)

        assert (await till.give_up(refused)).status is RefundStatus.FAILED

        assert (await till.loop.balances())["refund_payable"] == 0
        with pytest.raises(DomainError):
            await till.give_up(refused)
        assert (await till.refund(invoice)).status is RefundStatus.SUCCEEDED

    async def test_of_another_amount_is_left_to_staff(self, till):
        _, invoice, _ = await till.paid()
        till.gateway.refund_answers = [Refunded("x", Money(1, NGN))]
        refund = await till.refund(invoice)
        assert (refund.status, refund.failure_code) == (RefundStatus.NEEDS_ATTENTION, "amount_mismatch")
        for act in (till.retry, till.give_up):
            with pytest.raises(DomainError) as refusal:
                await act(refund)
            assert refusal.value.code == "refund_not_refused"

    async def test_that_is_still_pending_is_not_a_persons_to_decide(self, till):
        _, invoice, _ = await till.paid()
        till.gateway.refund_answers = [Unknown("No answer.")]
        refund = await till.refund(invoice)
        for act in (till.retry, till.give_up):
            with pytest.raises(DomainError) as refusal:
                await act(refund)
            assert refusal.value.code == "refund_not_refused"


class TestAChargeThatWasCanceledInFlight:
    async def test_gives_the_credit_back_that_was_in_its_invoice(self, till):
        subscription = await till.due(SimulatedCard.TIMEOUT_AFTER)
        await till.grant(subscription, 120_000)
        await till.loop.renew(subscription.id)
        assert await till.balance(subscription) == 0
        await till.cancel(subscription)
        [(_, [attempt])] = await till.loop.invoices(subscription.id)

        await till.resolve(attempt)

        assert await till.balance(subscription) == 120_000
        async with till.loop.contexts.open(till.tenant_id) as repos:
            [refund] = await repos.refunds.of_attempt(attempt.id)
        assert refund.amount == Money(380_000, NGN)
        entries = (await till._credit.execute(till.tenant_id, subscription.id, PageRequest())).entries.items
        assert [(one.cause, one.amount.amount, one.reason) for one in entries] == [
            ("credit_granted", 120_000, "canceled_in_flight"),
            ("invoice", -120_000, None),
            ("credit_granted", 120_000, "sorry"),
        ]
        assert await till.refunds.process(till.tenant_id, refund.id) is RefundStatus.SUCCEEDED

    async def test_may_have_its_refund_given_up(self, till):
        subscription = await till.due(SimulatedCard.TIMEOUT_AFTER)
        await till.loop.renew(subscription.id)
        await till.cancel(subscription)
        [(_, [attempt])] = await till.loop.invoices(subscription.id)
        await till.resolve(attempt)
        async with till.loop.contexts.open(till.tenant_id) as repos:
            [refund] = await repos.refunds.of_attempt(attempt.id)
        till.gateway.refund_answers = [CLOSED]
        assert await till.refunds.process(till.tenant_id, refund.id) is RefundStatus.NEEDS_ATTENTION
        assert (await till.give_up(refund)).status is RefundStatus.FAILED
