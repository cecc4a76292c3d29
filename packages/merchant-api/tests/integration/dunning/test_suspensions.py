"""A merchant is suspended and acts again: open cases froze meanwhile and get the time back."""

import pytest
from whenever import Instant, TimeDelta

from duro.billing.recovery import DunningAction
from duro.crypto import Uuid7IdFactory
from duro.db.records import DunningState
from duro.db.tenant_standing import TenantStanding
from duro.kernel import NotFoundError, TenantId
from duro.merchant_api.billing import RenewalOutcome
from duro.merchant_api.pushed import RequestOutcome
from duro.payments import Declined
from duro.payments.simulated import PayerOrder

FIFTEENTH = Instant.from_utc(2026, 4, 15, 9)
DAY = TimeDelta(hours=24)


@pytest.fixture
def standing(recovery):
    return TenantStanding(recovery.admin)


@pytest.fixture
def away(recovery, standing, clock):
    """Let the merchant be suspended for some days."""

    async def of(time):
        tenant_id = recovery.merchant.tenant.id
        assert await standing.suspend(tenant_id, at=clock.now())
        await recovery.until(clock.now() + time)
        assert await standing.resume(tenant_id, at=clock.now())

    return of


class TestACaseOfASuspendedMerchant:
    async def test_is_frozen_and_gets_the_time_back(self, recovery, away, clock):
        clock.set(FIFTEENTH)
        subscription = await recovery.declined()
        await recovery.work(subscription)
        before = await recovery.case(subscription)
        clock.set(FIFTEENTH + 2 * DAY)

        await away(40 * DAY)

        frozen = await recovery.case(subscription)
        assert (len(recovery.gateway.sent), frozen.state) == (1, DunningState.SCHEDULED)
        assert (frozen.deadline_at, frozen.wake_at) == (before.deadline_at + 40 * DAY, clock.now())
        assert (frozen.next_attempt_at, frozen.action) == (None, None)
        assert await recovery.due() == [frozen.id]
        await recovery.until(frozen.deadline_at)
        assert (await recovery.case(subscription)).state is DunningState.RECOVERED

    async def test_that_waits_for_its_payer_waits_on_as_long(self, recovery, away, clock):
        clock.set(FIFTEENTH)
        subscription = await recovery.declined(Declined("54", "Expired card", None))
        await recovery.work(subscription)
        before = await recovery.case(subscription)

        await away(40 * DAY)

        after = await recovery.case(subscription)
        assert (after.state, after.action) == (DunningState.AWAITING_CUSTOMER, DunningAction.REQUEST_CARD_UPDATE)
        assert (after.wake_at, after.deadline_at) == (before.wake_at + 40 * DAY, before.deadline_at + 40 * DAY)

    async def test_has_all_of_its_time_if_nobody_had_decided_about_it(self, recovery, away, clock):
        clock.set(FIFTEENTH)
        subscription = await recovery.declined()
        await away(50 * DAY)
        assert await recovery.work(subscription) is RenewalOutcome.DUNNING
        case = await recovery.case(subscription)
        assert (case.state, case.deadline_at) == (DunningState.SCHEDULED, clock.now() + 35 * DAY)

    async def test_gets_back_what_it_lost_itself(self, recovery, standing, clock):
        """One that was opened by the answer to a charge in flight lost less."""
        clock.set(FIFTEENTH)
        subscription = await recovery.declined(Declined("54", "Expired card", None))
        await recovery.work(subscription)
        before = await recovery.case(subscription)
        assert await standing.suspend(recovery.merchant.tenant.id, at=FIFTEENTH - 5 * DAY)

        assert await standing.resume(recovery.merchant.tenant.id, at=FIFTEENTH + DAY)

        assert (await recovery.case(subscription)).deadline_at == before.deadline_at + DAY

    async def test_gets_nothing_twice_where_it_was_paused(self, recovery, away, clock):
        clock.set(FIFTEENTH)
        subscription = await recovery.declined()
        await recovery.work(subscription)
        before = await recovery.case(subscription)
        await recovery.pauses.pause(recovery.merchant.tenant.id, before.id)
        await away(10 * DAY)
        assert (await recovery.case(subscription)).wake_at is None
        await recovery.pauses.resume(recovery.merchant.tenant.id, before.id)
        assert (await recovery.case(subscription)).deadline_at == before.deadline_at + 10 * DAY

    async def test_stays_as_it_ended(self, recovery, away, clock):
        clock.set(FIFTEENTH)
        subscription = await recovery.declined()
        await recovery.retry_now(subscription)
        won = await recovery.case(subscription)
        await away(DAY)
        assert await recovery.case(subscription) == won


class TestARequestOfASuspendedMerchant:
    async def test_is_not_put_to_its_payer_before_the_merchant_may_act_again(self, recovery, standing, clock):
        recovery.asking.lost = 1
        subscription = await recovery.declined(Declined("43", "Stolen card", None))
        await recovery.work(subscription)
        assert await standing.suspend(recovery.merchant.tenant.id, at=clock.now())
        clock.advance(TimeDelta(seconds=61))
        assert await recovery.look() == [RequestOutcome.WAITING]
        assert len(recovery.asking.opened) == 1
        assert await standing.resume(recovery.merchant.tenant.id, at=clock.now())
        clock.advance(TimeDelta(minutes=11))
        assert await recovery.look() == [RequestOutcome.OPENED]
        assert len(recovery.asking.opened) == 2

    async def test_brings_what_was_pushed_meanwhile(self, recovery, standing, clock):
        subscription = await recovery.declined(Declined("43", "Stolen card", None))
        await recovery.work(subscription)
        [request] = await recovery.asked(subscription)
        assert await standing.suspend(recovery.merchant.tenant.id, at=clock.now())
        await recovery.bank.pay(PayerOrder(request.reference, None, request.amount))
        clock.advance(TimeDelta(minutes=11))
        assert await recovery.look() == [RequestOutcome.RECEIVED]
        assert (await recovery.case(subscription)).state is DunningState.RECOVERED


class TestStanding:
    async def test_changes_once(self, recovery, standing, clock):
        tenant_id, now = recovery.merchant.tenant.id, clock.now()
        assert await standing.resume(tenant_id, at=now) is False
        assert await standing.suspend(tenant_id, at=now) is True
        assert await standing.suspend(tenant_id, at=now + DAY) is False
        subscription = await self.owing(recovery, standing, clock)

        assert await standing.resume(tenant_id, at=clock.now() + 3 * DAY) is True

        assert await standing.resume(tenant_id, at=clock.now() + 4 * DAY) is False
        assert (await recovery.case(subscription)).wake_at == clock.now() + 3 * DAY

    async def owing(self, recovery, standing, clock):
        await standing.resume(recovery.merchant.tenant.id, at=clock.now())
        subscription = await recovery.declined()
        await standing.suspend(recovery.merchant.tenant.id, at=clock.now())
        return subscription

    async def test_is_nobodys_whom_there_isnt(self, standing, clock):
        nobody = Uuid7IdFactory(clock).new(TenantId)
        for act in (standing.suspend, standing.resume):
            with pytest.raises(NotFoundError):
                await act(nobody, at=clock.now())
