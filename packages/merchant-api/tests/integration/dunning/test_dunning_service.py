import asyncio
from itertools import pairwise

import pytest
from whenever import Instant, TimeDelta

from duro.billing import SubscriptionStatus
from duro.billing.recovery import DunningAction
from duro.db.records import DunningState, InvoiceStatus
from duro.kernel import ConflictError
from duro.merchant_api.billing import RenewalOutcome
from duro.payments import Declined, Unknown

EXPIRED = Declined("54", "Expired card", None)
NO_FUNDS = Declined("51", "Insufficient funds", None)
DO_NOT_HONOR = Declined("05", "Do not honor", None)
NEVER_AGAIN = Declined("05", "Do not honor", "03")


class TestACaseOfAnEmptyAccount:
    async def test_is_found_by_the_scan_and_planned_for_when_money_is_likely(self, recovery, clock):
        clock.set(Instant.from_utc(2026, 4, 15, 9))
        subscription = await recovery.declined()

        assert await recovery.due() == [(await recovery.case(subscription)).id]
        assert await recovery.work(subscription) is RenewalOutcome.DUNNING

        case = await recovery.case(subscription)
        assert (case.state, case.action) == (DunningState.SCHEDULED, DunningAction.RETRY_PAYDAY)
        assert clock.now() < case.next_attempt_at < case.deadline_at
        assert "enough money" in case.reason
        assert await recovery.due() == []

    async def test_is_recovered_on_payday(self, recovery, clock):
        clock.set(Instant.from_utc(2026, 4, 15, 9))
        subscription = await recovery.declined()

        await recovery.until(Instant.from_utc(2026, 4, 30, 9))

        case, after = await recovery.case(subscription), await recovery.subscription(subscription)
        assert (case.state, case.recovered_rail, case.recovered_action) == (
            DunningState.RECOVERED,
            "card",
            "retry_payday",
        )
        assert (after.status, after.current_period_start) == (
            SubscriptionStatus.ACTIVE,
            subscription.current_period_end,
        )
        assert (await recovery.invoice(subscription)).status is InvoiceStatus.PAID
        assert await recovery.story(subscription) == ["opened", "decided", "tried", "recovered"]
        assert (await recovery.events(subscription))[-4:] == [
            "subscription_payment_failed",
            "subscription_recovered",
            "subscription_payment_success",
            "subscription_payment_recovered",
        ]
        assert await recovery.audit() == ()

    async def test_is_exhausted_when_no_try_helps(self, recovery, clock):
        clock.set(Instant.from_utc(2026, 4, 15, 9))
        subscription = await recovery.declined(*[NO_FUNDS] * 20)

        await recovery.until(Instant.from_utc(2026, 7, 1, 9))

        case, after = await recovery.case(subscription), await recovery.subscription(subscription)
        assert (case.state, case.wake_at) == (DunningState.EXHAUSTED, None)
        assert after.status is SubscriptionStatus.UNPAID
        assert (await recovery.invoice(subscription)).status is InvoiceStatus.UNCOLLECTIBLE
        assert 2 <= len(recovery.gateway.sent) <= 5
        assert (await recovery.story(subscription))[-1] == "exhausted"
        assert (await recovery.events(subscription))[-1] == "subscription_unpaid"
        assert await recovery.audit() == ()


class TestACaseThatNeedsItsPayer:
    async def test_waits_for_a_new_card_until_its_deadline(self, recovery, clock):
        clock.set(Instant.from_utc(2026, 4, 15, 9))
        subscription = await recovery.declined(EXPIRED)

        assert await recovery.work(subscription) is RenewalOutcome.DUNNING

        case = await recovery.case(subscription)
        assert (case.state, case.action) == (DunningState.AWAITING_CUSTOMER, DunningAction.REQUEST_CARD_UPDATE)
        assert (case.next_attempt_at, case.wake_at) == (None, case.opened_at + TimeDelta(hours=24))
        assert (await recovery.events(subscription))[-1] == "subscription_payment_action_required"
        assert len(recovery.gateway.sent) == 1

    async def test_reminds_the_payer_and_tells_the_merchant_once(self, recovery, clock):
        clock.set(Instant.from_utc(2026, 4, 15, 9))
        subscription = await recovery.declined(EXPIRED)
        opened_at = (await recovery.case(subscription)).opened_at

        wakes = []
        for _ in range(6):
            await recovery.work(subscription)
            case = await recovery.case(subscription)
            wakes.append((case.wake_at - opened_at).total("hours"))
            clock.set(case.wake_at)

        assert wakes == [24, 48, 72, 120, 32 * 24, 35 * 24]
        assert await recovery.story(subscription) == ["opened", *["asked"] * 6]
        assert (await recovery.events(subscription)).count("subscription_payment_action_required") == 1
        assert ((await recovery.case(subscription)).attempts_made, len(recovery.gateway.sent)) == (1, 1)
        await recovery.work(subscription)
        assert (await recovery.story(subscription))[-1] == "exhausted"
        assert await recovery.audit() == ()

    async def test_is_looked_at_again_before_its_next_try_where_a_bank_said_no_twice(self, recovery, clock):
        clock.set(Instant.from_utc(2026, 4, 15, 9))
        subscription = await recovery.declined(DO_NOT_HONOR, DO_NOT_HONOR)
        await recovery.work(subscription)
        clock.set((await recovery.case(subscription)).wake_at)
        await recovery.work(subscription)
        asked = await recovery.case(subscription)
        assert asked.wake_at == clock.now() + TimeDelta(hours=24) < asked.next_attempt_at

        clock.set(asked.wake_at)
        await recovery.work(subscription)

        assert len(recovery.gateway.sent) == 2
        again = await recovery.case(subscription)
        assert (again.state, again.attempts_made) == (DunningState.SCHEDULED, 2)
        assert clock.now() < again.wake_at <= again.next_attempt_at
        assert "subscription_payment_action_required" not in await recovery.events(subscription)

    async def test_is_told_of_again_when_something_else_is_asked(self, recovery, clock):
        clock.set(Instant.from_utc(2026, 4, 15, 9))
        subscription = await recovery.declined(EXPIRED)
        await recovery.work(subscription)
        recovery.gateway.answers[:] = [Declined("1A", "Authentication required", None)]
        await recovery.new_card(subscription)

        await recovery.work(subscription)

        case = await recovery.case(subscription)
        assert (case.state, case.action) == (DunningState.AWAITING_CUSTOMER, DunningAction.REQUEST_AUTHENTICATION)
        assert (await recovery.events(subscription)).count("subscription_payment_action_required") == 2

    async def test_never_tries_a_card_that_may_never_be_tried_again(self, recovery, clock):
        clock.set(Instant.from_utc(2026, 4, 15, 9))
        subscription = await recovery.declined(NEVER_AGAIN)

        await recovery.until(Instant.from_utc(2026, 7, 1, 9))

        assert len(recovery.gateway.sent) == 1
        assert (await recovery.case(subscription)).state is DunningState.EXHAUSTED


class TestTriesOfACase:
    async def test_are_made_once_however_many_work_on_it(self, recovery, clock):
        clock.set(Instant.from_utc(2026, 4, 15, 9))
        subscription = await recovery.declined()
        await recovery.work(subscription)
        clock.set((await recovery.case(subscription)).next_attempt_at)

        await asyncio.gather(*(recovery.work(subscription) for _ in range(5)))

        assert len(recovery.gateway.sent) == 2
        assert (await recovery.case(subscription)).state is DunningState.RECOVERED

    async def test_that_are_not_answered_are_looked_up_and_never_made_again(self, recovery, clock):
        clock.set(Instant.from_utc(2026, 4, 15, 9))
        subscription = await recovery.declined()
        await recovery.work(subscription)
        recovery.gateway.answers[:] = [Unknown("Silence.")]
        clock.set((await recovery.case(subscription)).next_attempt_at)

        assert await recovery.work(subscription) is RenewalOutcome.PENDING
        assert await recovery.due() == []
        assert await recovery.work(subscription) is RenewalOutcome.PENDING
        assert len(recovery.gateway.sent) == 2

    async def test_are_held_apart_on_one_card(self, recovery, clock):
        clock.set(Instant.from_utc(2026, 4, 15, 9))
        subscription = await recovery.declined(DO_NOT_HONOR, DO_NOT_HONOR, DO_NOT_HONOR, DO_NOT_HONOR)

        await recovery.until(Instant.from_utc(2026, 6, 15, 9))

        attempts = await self.attempts(recovery, subscription)
        assert len(attempts) == 3
        gaps = [later.created_at - earlier.created_at for earlier, later in pairwise(attempts)]
        assert min(gaps) >= TimeDelta(hours=48)

    async def test_are_held_apart_on_one_card_in_one_claim(self, recovery, clock):
        clock.set(Instant.from_utc(2026, 4, 15, 9))
        first, second = await self.on_one_card(recovery)
        cases = [await recovery.case(one) for one in (first, second)]
        clock.set(max(case.next_attempt_at for case in cases))
        recovery.gateway.answers[:] = [NO_FUNDS]

        told = {case: told.outcome async for case, told in self.claimed(recovery, [case.id for case in cases])}

        assert set(told.values()) == {RenewalOutcome.DUNNING}
        assert len(recovery.gateway.sent) == 3
        tries = [len(await self.attempts(recovery, one)) for one in (first, second)]
        assert sorted(tries) == [1, 2]
        later = await recovery.case((first, second)[tries.index(1)])
        assert later.next_attempt_at >= clock.now() + TimeDelta(hours=24)

    def claimed(self, recovery, cases):
        return recovery.dunning.process_each(recovery.merchant.tenant.id, cases)

    async def on_one_card(self, recovery):
        """Two subscriptions of one payer whose renewals were declined, both of whose tries are planned."""
        first = await recovery.declined()
        async with recovery.contexts.open(recovery.merchant.tenant.id) as repos:
            customer = await repos.customers.get(first.customer_id)
            method = await repos.payment_methods.get(first.payment_method_id)
        second = await recovery.merchant.subscription(None, customer, method)
        recovery.gateway.answers[:] = [NO_FUNDS]
        assert await recovery.billing.renew(recovery.merchant.tenant.id, second.id) is RenewalOutcome.DUNNING
        for one in (first, second):
            await recovery.work(one)
        return first, second

    async def attempts(self, recovery, subscription):
        async with recovery.contexts.open(recovery.merchant.tenant.id) as repos:
            return await repos.attempts.of_invoice((await recovery.case(subscription)).invoice_id)


class TestATryThatSomebodyAskedFor:
    async def test_recovers_the_case_at_once(self, recovery, clock):
        clock.set(Instant.from_utc(2026, 4, 15, 9))
        subscription = await recovery.declined()

        assert await recovery.retry_now(subscription) is RenewalOutcome.CHARGED

        case = await recovery.case(subscription)
        assert (case.state, case.recovered_action) == (DunningState.RECOVERED, "merchant")

    async def test_uses_up_nothing_of_the_plan(self, recovery, clock):
        clock.set(Instant.from_utc(2026, 4, 15, 9))
        subscription = await recovery.declined(NO_FUNDS, NO_FUNDS)
        await recovery.work(subscription)
        planned = await recovery.case(subscription)

        assert await recovery.retry_now(subscription) is RenewalOutcome.DUNNING
        assert await recovery.work(subscription) is RenewalOutcome.DUNNING

        case = await recovery.case(subscription)
        assert (case.next_attempt_at - planned.next_attempt_at) < TimeDelta(hours=1)
        assert (case.action, case.attempts_made) == (planned.action, 2)

    async def test_is_refused_for_a_card_that_may_never_be_tried_again(self, recovery, clock):
        clock.set(Instant.from_utc(2026, 4, 15, 9))
        subscription = await recovery.declined(NEVER_AGAIN)
        await recovery.work(subscription)
        with pytest.raises(ConflictError, match="never"):
            await recovery.retry_now(subscription)


class TestANewWayToPay:
    async def test_is_tried_at_once(self, recovery, clock):
        clock.set(Instant.from_utc(2026, 4, 15, 9))
        subscription = await recovery.declined(EXPIRED)
        await recovery.work(subscription)

        await recovery.new_card(subscription)
        assert await recovery.work(subscription) is RenewalOutcome.CHARGED

        assert (await recovery.case(subscription)).state is DunningState.RECOVERED
        assert await recovery.story(subscription) == ["opened", "asked", "decided", "recovered"]


class TestAPausedCase:
    async def test_rests_and_gets_its_time_back(self, recovery, clock):
        clock.set(Instant.from_utc(2026, 4, 15, 9))
        subscription = await recovery.declined()
        await recovery.work(subscription)
        planned = await recovery.case(subscription)

        await recovery.pauses.pause(recovery.merchant.tenant.id, planned.id)
        await recovery.until(Instant.from_utc(2026, 5, 5, 9))
        assert len(recovery.gateway.sent) == 1
        resumed = await recovery.pauses.resume(recovery.merchant.tenant.id, planned.id)

        assert resumed.schedule.deadline_at == planned.deadline_at + TimeDelta(hours=24 * 20)
        await recovery.until(Instant.from_utc(2026, 5, 30, 9))
        assert (await recovery.case(subscription)).state is DunningState.RECOVERED
        assert await recovery.story(subscription) == [
            *("opened", "decided", "paused", "resumed", "decided", "tried", "recovered"),
        ]
