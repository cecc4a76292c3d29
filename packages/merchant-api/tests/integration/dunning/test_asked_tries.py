"""Charges that a payer or a merchant asks for: a network counts them, and its ceilings and waits hold for them."""

import pytest
from whenever import Instant, TimeDelta

from duro.db.records import AttemptStatus
from duro.kernel import ConflictError
from duro.merchant_api.billing import RenewalOutcome
from duro.merchant_api.billing.collection import Collection
from duro.merchant_api.invoices import PayInvoice, PayInvoiceCommand
from duro.payments import Declined, SimulatedCard
from duro.testkit.builders import PaymentMethodBuilder
from duro.testkit.trusted_clock import TrustedClock

pytestmark = pytest.mark.usefixtures("books_in_order")
NO_FUNDS = Declined("51", "Insufficient funds", None)
WAIT_A_DAY = Declined("51", "Insufficient funds", "25")
MINUTE = TimeDelta(minutes=1)
DAY = TimeDelta(hours=24)


class OnOneCard:
    """Subscriptions on one Mastercard, which is saved twice."""

    @pytest.fixture
    async def owing(self, recovery):
        """Two subscriptions on one Mastercard, each of which owes for its renewal."""
        recovery.clock.set(Instant.from_utc(2026, 4, 15, 9))
        return [await self.declined(recovery, card) for card in await self.cards(recovery)]

    async def cards(self, recovery):
        customer = await recovery.merchant.customer()
        first = await recovery.merchant.payment_method(customer, PaymentMethodBuilder(SimulatedCard.APPROVE_MASTERCARD))
        again = PaymentMethodBuilder(SimulatedCard.APPROVE_MASTERCARD, fingerprint_key=first.card_key)
        return [(customer, first), (customer, await recovery.merchant.payment_method(customer, again))]

    async def declined(self, recovery, card, answer=NO_FUNDS):
        subscription = await recovery.merchant.subscription(None, *card)
        recovery.gateway.answers[:] = [answer]
        assert await recovery.billing.renew(recovery.merchant.tenant.id, subscription.id) is RenewalOutcome.DUNNING
        return subscription

    async def tried(self, recovery, subscriptions, times: int) -> None:
        """Let somebody ask for a try each minute."""
        for number in range(times):
            recovery.clock.advance(MINUTE)
            recovery.gateway.answers[:] = [NO_FUNDS]
            assert await recovery.retry_now(subscriptions[number % len(subscriptions)]) is RenewalOutcome.DUNNING


class TestATryThatSomebodyAsksFor(OnOneCard):
    async def refused(self, recovery, subscription) -> str:
        sent = len(recovery.gateway.sent)
        with pytest.raises(ConflictError) as refusal:
            await recovery.retry_now(subscription)
        assert refusal.value.code == "card_budget_spent"
        assert len(recovery.gateway.sent) == sent
        return str(refusal.value)

    async def test_is_refused_after_ten_declines_in_a_day_of_one_card_whatever_is_paid_with_it(self, recovery, owing):
        first, second = owing
        begin = recovery.clock.now()
        await self.tried(recovery, owing, 8)

        recovery.clock.advance(MINUTE)
        for subscription in owing:
            words = await self.refused(recovery, subscription)
            assert (begin + DAY).format_iso() in words
            assert "10 in 24 hours" in words

        recovery.clock.set(begin + DAY - MINUTE)
        await self.refused(recovery, first)
        recovery.clock.advance(MINUTE)
        assert await recovery.retry_now(first) is RenewalOutcome.CHARGED
        assert await recovery.retry_now(second) is RenewalOutcome.CHARGED

    async def test_is_refused_after_35_declines_in_a_month(self, recovery, owing):
        first, _ = owing
        begin, declined = recovery.clock.now(), 2
        while declined < 35:
            recovery.clock.advance(TimeDelta(hours=3))
            recovery.gateway.answers[:] = [NO_FUNDS]
            assert await recovery.retry_now(first) is RenewalOutcome.DUNNING
            declined += 1
        recovery.clock.advance(DAY)
        assert (begin + 30 * DAY).format_iso() in await self.refused(recovery, first)

    async def test_waits_as_long_as_a_network_asked_to(self, recovery, owing):
        first, second = owing
        recovery.gateway.answers[:] = [WAIT_A_DAY]
        assert await recovery.retry_now(first) is RenewalOutcome.DUNNING
        asked_at = recovery.clock.now()
        recovery.clock.advance(TimeDelta(hours=23))
        for subscription in owing:
            words = await self.refused(recovery, subscription)
            assert (asked_at + DAY).format_iso() in words
            assert "asked to wait" in words
        recovery.clock.advance(TimeDelta(hours=1))
        assert await recovery.retry_now(second) is RenewalOutcome.CHARGED

    async def test_is_not_held_to_what_we_allow_ourselves(self, recovery, owing):
        first, _ = owing
        recovery.gateway.answers[:] = [NO_FUNDS]
        for _ in range(2):
            await recovery.retry_now(first)
        assert len(recovery.gateway.sent) == 4

    async def test_is_counted_if_it_pays_an_invoice_too(self, recovery, owing):
        first, _ = owing
        collection = Collection(
            recovery.contexts, recovery.gateways, ids=recovery.ids, clock=recovery.clock, lease=MINUTE
        )
        pay = PayInvoice(recovery.contexts, collection, TrustedClock(), ids=recovery.ids, clock=recovery.clock)
        command = PayInvoiceCommand(invoice_id=(await recovery.case(first)).invoice_id)
        recovery.gateway.answers[:] = [NO_FUNDS] * 8
        for _ in range(8):
            told = await pay.execute(recovery.merchant.tenant.id, command)
            assert told.attempts[-1].status is AttemptStatus.FAILED
            recovery.clock.advance(MINUTE)
        with pytest.raises(ConflictError, match="10 in 24 hours"):
            await pay.execute(recovery.merchant.tenant.id, command)


class TestARenewal(OnOneCard):
    async def renewed(self, recovery, card):
        subscription = await recovery.merchant.subscription(None, *card)
        return subscription, await recovery.billing.renew(recovery.merchant.tenant.id, subscription.id)

    async def test_is_not_charged_while_its_card_is_at_its_network_s_ceiling_and_recovered_after_that(self, recovery):
        recovery.clock.set(Instant.from_utc(2026, 4, 15, 9))
        begin, cards = recovery.clock.now(), await self.cards(recovery)
        await self.tried(recovery, [await self.declined(recovery, cards[0])], 9)
        sent = len(recovery.gateway.sent)

        subscription, outcome = await self.renewed(recovery, cards[1])

        assert (outcome, len(recovery.gateway.sent)) == (RenewalOutcome.DUNNING, sent)
        case = await recovery.case(subscription)
        assert (case.attempts_made, case.wake_at) == (0, recovery.clock.now())
        assert case.reason == "Nothing was charged yet: the card's network allows only 10 in 24 hours."
        await recovery.work(subscription)
        case = await recovery.case(subscription)
        assert begin + DAY <= case.next_attempt_at <= begin + DAY + TimeDelta(minutes=10)
        recovery.clock.set(case.next_attempt_at)
        assert await recovery.work(subscription) is RenewalOutcome.CHARGED
        assert await recovery.story(subscription) == ["opened", "decided", "tried", "recovered"]

    async def test_is_charged_whatever_we_allow_our_own_tries(self, recovery):
        recovery.clock.set(Instant.from_utc(2026, 4, 15, 9))
        cards = await self.cards(recovery)
        await self.tried(recovery, [await self.declined(recovery, cards[0])], 8)
        _, outcome = await self.renewed(recovery, cards[1])
        assert outcome is RenewalOutcome.CHARGED

    async def test_of_another_card_is_charged(self, recovery):
        recovery.clock.set(Instant.from_utc(2026, 4, 15, 9))
        await self.tried(recovery, [await self.declined(recovery, (await self.cards(recovery))[0])], 9)
        _, outcome = await self.renewed(recovery, (await self.cards(recovery))[0])
        assert outcome is RenewalOutcome.CHARGED
