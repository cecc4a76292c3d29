"""What a merchant wants done about charges that fail is done."""

from dataclasses import replace

import pytest
from whenever import Instant, TimeDelta

from duro.billing import Interval, MissedPeriods, SubscriptionStatus
from duro.billing.recovery import Escalation, PaydayAwareness
from duro.db.records import DunningState
from duro.merchant_api.billing import RenewalOutcome
from duro.payments import Declined
from duro.testkit.builders import PlanBuilder

FIFTEENTH = Instant.from_utc(2026, 4, 15, 9)
DAY = TimeDelta(hours=24)


@pytest.fixture
def wish(recovery, clock):
    async def wish(*, dunning=None, **wishes):
        async with recovery.contexts.open(recovery.merchant.tenant.id) as repos:
            current = await repos.recovery_settings.lock()
            changed = replace(current, dunning=replace(current.dunning, **(dunning or {})), **wishes)
            await repos.recovery_settings.put(changed, now=clock.now())
            assert replace(await repos.recovery_settings.get(), updated_at=None) == replace(changed, updated_at=None)

    return wish


class TestAMerchant:
    async def test_who_wants_no_automatic_tries_has_cases_that_rest(self, recovery, clock, wish):
        clock.set(FIFTEENTH)
        await wish(auto_recovery=False)
        subscription = await recovery.declined()
        await recovery.until(FIFTEENTH + 20 * DAY)

        assert (len(recovery.gateway.sent), await recovery.story(subscription)) == (1, ["opened", "decided"])
        assert (await recovery.case(subscription)).reason == "The merchant tries failed charges again by hand."
        assert await recovery.retry_now(subscription) is RenewalOutcome.CHARGED

    async def test_who_wants_them_again_has_them_from_the_next_day_on(self, recovery, clock, wish):
        clock.set(FIFTEENTH)
        await wish(auto_recovery=False)
        subscription = await recovery.declined()
        await recovery.until(FIFTEENTH + 2 * DAY)
        await wish(auto_recovery=True)
        await recovery.until(FIFTEENTH + 30 * DAY)
        assert (await recovery.case(subscription)).state is DunningState.RECOVERED

    async def test_who_never_tries_has_cases_end_at_their_deadline(self, recovery, clock, wish):
        clock.set(FIFTEENTH)
        await wish(auto_recovery=False, dunning={"deadline_days": 10, "escalation": Escalation.CANCEL})
        subscription = await recovery.declined()
        await recovery.until(FIFTEENTH + 11 * DAY)
        assert (await recovery.case(subscription)).state is DunningState.EXHAUSTED
        assert (await recovery.subscription(subscription)).status is SubscriptionStatus.CANCELED

    async def test_who_wants_payers_left_alone_has_nothing_written_to_them_of_a_decline(self, recovery, clock, wish):
        clock.set(FIFTEENTH)
        await wish(dunning_enabled=False)
        subscription = await recovery.declined()
        await recovery.until(FIFTEENTH + 2 * DAY)
        kinds = await self._told(recovery)
        assert (await recovery.case(subscription)).action is not None
        assert not any(kind.startswith("dunning") for kind in kinds)

    async def test_who_waits_for_the_calendar_has_the_next_try_on_the_28th(self, recovery, clock, wish):
        clock.set(FIFTEENTH)
        await wish(dunning={"payday_aware": PaydayAwareness.CALENDAR})
        subscription = await recovery.declined()
        await recovery.until(FIFTEENTH + TimeDelta(hours=1))
        assert (await recovery.case(subscription)).next_attempt_at.format_iso()[:13] == "2026-04-28T09"

    @pytest.mark.parametrize(("policy", "missed"), [(MissedPeriods.BILL, 3), (None, 0)])
    async def test_has_missed_weeks_billed_who_wants_that(self, recovery, clock, wish, policy, missed):
        """They are usually left out."""
        clock.set(FIFTEENTH)
        await wish(missed_periods=policy)
        week = await recovery.merchant.plan(PlanBuilder(interval=Interval.WEEK))
        subscription = await recovery.declined(Declined("54", "Expired card", None), plan=week)
        await recovery.until(FIFTEENTH + 30 * DAY)
        await recovery.new_card(subscription)
        await recovery.until(clock.now() + TimeDelta(minutes=1))

        now = await recovery.subscription(subscription)
        assert now.status is SubscriptionStatus.ACTIVE
        assert now.current_period_end == FIFTEENTH + 28 * DAY - missed * 7 * DAY

    @staticmethod
    async def _told(recovery) -> list[str]:
        async with recovery.admin.acquire() as connection:
            return [row["kind"] for row in await connection.fetch("select kind from test.messages")]
