"""Which tries of a card count for Duro's own budget over all merchants, whoever settles them."""

import pytest
from whenever import Instant, TimeDelta

from duro.merchant_api.billing import RenewalOutcome
from duro.payments import Approved, Declined, Unknown

pytestmark = pytest.mark.usefixtures("books_in_order")
NO_FUNDS = Declined("51", "Insufficient funds", None)
NO_ISSUER = Declined("91", "Issuer or switch is inoperative", None)


@pytest.fixture
def begin(recovery):
    recovery.clock.set(Instant.from_utc(2026, 4, 15, 9))
    return recovery.clock.now()


class TestATryOfACard:
    async def counted(self, recovery, subscription):
        async with recovery.contexts.open(recovery.merchant.tenant.id) as repos:
            method = await repos.payment_methods.get(subscription.payment_method_id)
            tries = await repos.card_tries.lock([method.card_key], since=Instant.from_utc(2026, 1, 1))
        return list(tries[method.card_key])

    async def retried(self, recovery, subscription, *answers):
        """Let the planned try be made, and say when."""
        await recovery.work(subscription)
        recovery.clock.set((await recovery.case(subscription)).next_attempt_at)
        recovery.gateway.answers[:] = answers
        return recovery.clock.now(), await recovery.work(subscription)

    async def test_counts_if_its_bank_said_no(self, recovery, begin):
        subscription = await recovery.declined(NO_FUNDS)
        assert await self.counted(recovery, subscription) == [begin]
        tried_at, _ = await self.retried(recovery, subscription, NO_FUNDS)
        assert await self.counted(recovery, subscription) == [begin, tried_at]

    async def test_does_not_count_if_no_bank_was_reached(self, recovery, begin):
        subscription = await recovery.declined(NO_ISSUER)
        assert await self.counted(recovery, subscription) == []
        tried_at, _ = await self.retried(recovery, subscription, NO_ISSUER)
        assert await self.counted(recovery, subscription) == []
        planned = (await recovery.case(subscription)).next_attempt_at
        assert planned - tried_at <= TimeDelta(hours=24)

    async def test_does_not_count_if_it_won(self, recovery, begin):
        subscription = await recovery.declined(NO_FUNDS)
        _, outcome = await self.retried(recovery, subscription)
        assert outcome is RenewalOutcome.CHARGED
        assert await self.counted(recovery, subscription) == [begin]

    @pytest.mark.parametrize("found", ["won", "unreached"])
    async def test_does_not_count_if_that_is_found_out_later(self, recovery, begin, found):
        subscription = await recovery.declined(NO_FUNDS)
        tried_at, outcome = await self.retried(recovery, subscription, Unknown("Silence."))
        assert outcome is RenewalOutcome.PENDING
        assert await self.counted(recovery, subscription) == [begin, tried_at]
        async with recovery.contexts.open(recovery.merchant.tenant.id) as repos:
            [attempt] = await repos.attempts.unexplained_of_subscription(subscription.id)
        won = Approved(attempt.reference, attempt.amount)
        recovery.gateway.lookups[attempt.reference] = won if found == "won" else NO_ISSUER
        recovery.clock.advance(TimeDelta(minutes=5))
        await recovery.pending.resolve(recovery.merchant.tenant.id, attempt.id)
        assert await self.counted(recovery, subscription) == [begin]

    async def test_that_somebody_asked_for_is_none_of_ours(self, recovery, begin):
        subscription = await recovery.declined(NO_FUNDS)
        recovery.clock.advance(TimeDelta(hours=1))
        recovery.gateway.answers[:] = [NO_FUNDS]
        assert await recovery.retry_now(subscription) is RenewalOutcome.DUNNING
        assert await self.counted(recovery, subscription) == [begin]
