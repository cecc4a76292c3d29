"""Payers are asked to push money when they can be told of it, and given up on only once nothing has come."""

from dataclasses import replace

import pytest
from whenever import Instant, TimeDelta

from duro.billing import SubscriptionStatus
from duro.billing.recovery import Escalation
from duro.db.push_rows import PaymentRequestStatus
from duro.db.records import DunningState
from duro.merchant_api.pushed import RequestOutcome
from duro.payments import Declined

pytestmark = pytest.mark.usefixtures("books_in_order")
STOLEN = Declined("43", "Stolen card", None)
PHONE = "+2348030001122"
PRICE = 500_000
TWO_MINUTES = TimeDelta(minutes=2)
HOUR = TimeDelta(hours=1)


async def wish(recovery, **changes) -> None:
    async with recovery.contexts.open(recovery.merchant.tenant.id) as repos:
        wishes = await repos.recovery_settings.get()
        await repos.recovery_settings.put(
            replace(wishes, dunning=replace(wishes.dunning, **changes)), now=recovery.clock.now()
        )


class TestAPayerWhoIsAskedAtNight:
    async def test_is_asked_when_they_can_be_told(self, recovery):
        recovery.clock.set(Instant.from_utc(2026, 4, 9, 21, 30))
        subscription = await recovery.declined(STOLEN, phone=PHONE)
        await recovery.work(subscription)
        case, morning = await recovery.case(subscription), Instant.from_utc(2026, 4, 10, 7)
        assert (case.state, case.action, case.rail) == (DunningState.SCHEDULED, "switch_rail", "ussd")
        assert case.next_attempt_at == case.wake_at == morning
        assert await recovery.asked(subscription) == ()
        assert await recovery.told(subscription) == []

        await recovery.until(morning)
        [request] = await recovery.asked(subscription)
        assert request.status is PaymentRequestStatus.OPEN
        assert request.created_at == morning
        assert await recovery.told(subscription) == ["dunning_1"]
        assert len(recovery.gateway.sent) == 1


class TestARequest:
    async def test_is_open_for_as_long_as_its_payer_may_be_told_of_it_late(self, recovery, sub):
        [request] = await recovery.asked(sub)
        assert request.expires_at == request.created_at + 72 * HOUR

    async def test_that_ends_without_money_wakes_its_case(self, recovery, sub):
        [request] = await recovery.asked(sub)
        async with recovery.contexts.open(recovery.merchant.tenant.id) as repos:
            await repos.payment_requests.update(replace(request, expires_at=recovery.clock.now() + 5 * HOUR))
        assert await recovery.look_after(6 * HOUR) == [RequestOutcome.CLOSED]
        assert await recovery.due() == [(await recovery.case(sub)).id]
        await recovery.work(sub)
        assert [request.rail for request in await recovery.asked(sub)] == ["ussd", "transfer"]


class TestADeadline:
    async def test_asks_the_provider_once_more_and_finds_what_no_notice_told_of(self, recovery, sub):
        await wish(recovery, escalation=Escalation.CANCEL)
        [request] = await recovery.asked(sub)
        deadline = (await recovery.case(sub)).deadline_at
        recovery.clock.set(deadline - HOUR)
        await recovery.pay(request, PRICE)
        await recovery.until(deadline)
        assert (await recovery.subscription(sub)).status is SubscriptionStatus.PAST_DUE

        assert RequestOutcome.RECEIVED in await recovery.look()
        await recovery.until(deadline + TWO_MINUTES)
        assert (await recovery.case(sub)).state is DunningState.RECOVERED
        assert (await recovery.subscription(sub)).status is SubscriptionStatus.ACTIVE

    async def test_is_kept_once_the_provider_has_nothing(self, recovery, sub):
        deadline = (await recovery.case(sub)).deadline_at
        recovery.clock.set(deadline)
        await recovery.work(sub)
        await recovery.look()
        await recovery.until(deadline + TWO_MINUTES)
        assert (await recovery.case(sub)).state is DunningState.EXHAUSTED
        assert (await recovery.subscription(sub)).status is SubscriptionStatus.UNPAID
