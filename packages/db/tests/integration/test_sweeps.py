import re
from dataclasses import replace
from uuid import UUID

import pytest
from whenever import TimeDelta

from duro.billing import SubscriptionStatus
from duro.db import sweeps as sweeps_module
from duro.db.mandate_rows import Mandate, PaymentMethodStatus
from duro.db.records import AttemptStatus, RefundStatus
from duro.db.sweeps import Sweeps
from duro.kernel import Currency, Mode, Money

HOUR = TimeDelta(hours=1)
MANY = """
insert into test.subscriptions (tenant_id, id, customer_id, plan_id, amount, currency, interval, interval_count, zone,
    status, anchor, current_period_start, current_period_end, created_at, updated_at)
select tenant_id, gen_random_uuid(), customer_id, plan_id, amount, currency, interval, interval_count, zone, status,
    anchor, current_period_start, current_period_end + interval '1 day' + n * interval '1 second', created_at,
    updated_at
from test.subscriptions, generate_series(1, 10000) as n"""


class TestSweeps:
    @pytest.fixture
    def sweeps(self, sweep_pool):
        return Sweeps(sweep_pool)

    async def test_find_what_is_due_at_its_very_instant(self, book, sweeps):
        tenant = await book.tenant()
        end = book.clock.now() + HOUR
        standing = await book.standing(tenant, period_end=end)
        second = TimeDelta(seconds=1)
        assert await sweeps.due_subscriptions(Mode.TEST, end - second) == ()
        assert await sweeps.due_subscriptions(Mode.TEST, end) == ((tenant, standing.subscription.id),)
        assert await sweeps.due_subscriptions(Mode.LIVE, end) == ()
        assert await sweeps.oldest_due_lag(Mode.TEST, end - second) == TimeDelta()
        assert await sweeps.oldest_due_lag(Mode.TEST, end + HOUR) == HOUR

    @pytest.mark.parametrize(
        "status", [status for status in SubscriptionStatus if status not in {"active", "trialing"}]
    )
    async def test_leave_out_what_does_not_renew(self, book, sweeps, status):
        tenant = await book.tenant()
        standing = await book.standing(tenant)
        async with book.test.open(tenant) as repos:
            await repos.subscriptions.update(replace(standing.subscription, status=status))
        assert await sweeps.due_subscriptions(Mode.TEST, book.clock.now() + HOUR) == ()

    async def test_find_what_is_paused_and_ends_with_its_period(self, book, sweeps):
        tenant = await book.tenant()
        standing = await book.standing(tenant, period_end=book.clock.now() + HOUR)
        ending = replace(standing.subscription, status=SubscriptionStatus.PAUSED, cancel_at_period_end=True)
        async with book.test.open(tenant) as repos:
            await repos.subscriptions.update(ending)
        assert await sweeps.due_subscriptions(Mode.TEST, book.clock.now()) == ()
        assert await sweeps.due_subscriptions(Mode.TEST, book.clock.now() + HOUR) == ((tenant, ending.id),)

    async def test_let_tenants_take_turns_in_runs_of_twenty(self, book, sweeps):
        first, second = await book.tenant(), await book.tenant("Other")
        for number in range(21):
            await book.standing(first, period_end=book.clock.now() - HOUR - TimeDelta(seconds=number))
        late = await book.standing(second)
        found = await sweeps.due_subscriptions(Mode.TEST, book.clock.now())
        assert [tenant for tenant, _ in found] == [first] * 20 + [second, first]
        assert found[20] == (second, late.subscription.id)
        assert len(await sweeps.due_subscriptions(Mode.TEST, book.clock.now(), limit_per_tenant=2)) == 3
        assert await sweeps.due_subscriptions(Mode.TEST, book.clock.now(), total=2) == found[:2]

    async def test_count_what_waits_for_a_person_over_all_tenants(self, book, sweeps):
        for name in ("First", "Second"):
            tenant = await book.tenant(name)
            _, attempt = await book.claim(tenant, await book.standing(tenant))
            refund = book.refund(attempt)
            async with book.test.open(tenant) as repos:
                await repos.refunds.insert(refund)
            assert await sweeps.attempts_in_review(Mode.TEST) == (0 if name == "First" else 1)
            now = book.clock.now()
            async with book.test.open(tenant) as repos:
                await repos.attempts.update(replace(attempt, status=AttemptStatus.REVIEW, settled_at=now))
                await repos.refunds.update(replace(refund, status=RefundStatus.NEEDS_ATTENTION, settled_at=now))
        assert await sweeps.attempts_in_review(Mode.TEST) == await sweeps.refunds_needing_attention(Mode.TEST) == 2
        assert await sweeps.attempts_in_review(Mode.LIVE) == await sweeps.refunds_needing_attention(Mode.LIVE) == 0

    async def test_leave_out_what_is_in_flight_or_in_review(self, book, sweeps):
        tenant = await book.tenant()
        _, attempt = await book.claim(tenant, await book.standing(tenant))
        for status in (AttemptStatus.PENDING, AttemptStatus.REVIEW):
            settled = None if status is AttemptStatus.PENDING else book.clock.now()
            async with book.test.open(tenant) as repos:
                await repos.attempts.update(replace(attempt, status=status, settled_at=settled))
            assert await sweeps.due_subscriptions(Mode.TEST, book.clock.now() + HOUR) == ()
        async with book.test.open(tenant) as repos:
            await repos.attempts.update(replace(attempt, status=AttemptStatus.FAILED, settled_at=book.clock.now()))
        assert len(await sweeps.due_subscriptions(Mode.TEST, book.clock.now() + HOUR)) == 1

    async def test_leave_out_what_a_suspended_tenant_would_claim(self, book, sweeps):
        tenant = await book.tenant()
        await book.standing(tenant)
        await book.damage(f"update core.tenants set status = 'suspended' where id = '{tenant.value}'")
        later = book.clock.now() + HOUR
        assert await sweeps.due_subscriptions(Mode.TEST, later) == ()
        assert await sweeps.oldest_due_lag(Mode.TEST, later) == TimeDelta()

    async def test_find_mandates_that_are_looked_up_by_now_a_suspended_tenants_too(self, book, sweeps):
        tenant, now = await book.tenant(), book.clock.now()
        standing = await book.standing(tenant)
        mandate = Mandate(bank_code="058", ceiling=Money(1, Currency("NGN")), look_at=now + HOUR)
        pending = replace(standing.method, status=PaymentMethodStatus.PENDING, mandate=mandate)
        async with book.test.open(tenant) as repos:
            await repos.payment_methods.update(pending)
        await book.damage(f"update core.tenants set status = 'suspended' where id = '{tenant.value}'")
        assert await sweeps.due_mandates(Mode.TEST, now + HOUR - TimeDelta(seconds=1)) == ()
        assert await sweeps.due_mandates(Mode.TEST, now + HOUR) == ((tenant, pending.id),)
        assert await sweeps.due_mandates(Mode.LIVE, now + HOUR) == ()

    async def test_find_attempts_whose_lease_has_run_out(self, book, sweeps):
        tenant = await book.tenant()
        _, attempt = await book.claim(tenant, await book.standing(tenant))
        assert await sweeps.pending_attempts(Mode.TEST, attempt.claimed_until - TimeDelta(seconds=1)) == ()
        assert await sweeps.pending_attempts(Mode.TEST, attempt.claimed_until) == ((tenant, attempt.id),)
        async with book.test.open(tenant) as repos:
            await repos.attempts.update(replace(attempt, status=AttemptStatus.REVIEW, settled_at=book.clock.now()))
        assert await sweeps.pending_attempts(Mode.TEST, attempt.claimed_until) == ()

    async def test_find_refunds_whose_lease_has_run_out(self, book, sweeps):
        tenant = await book.tenant()
        _, attempt = await book.claim(tenant, await book.standing(tenant))
        refund = book.refund(attempt)
        async with book.test.open(tenant) as repos:
            await repos.refunds.insert(refund)
        assert await sweeps.pending_refunds(Mode.TEST, refund.claimed_until) == ((tenant, refund.id),)
        async with book.test.open(tenant) as repos:
            await repos.refunds.update(replace(refund, status=RefundStatus.FAILED, settled_at=book.clock.now()))
        assert await sweeps.pending_refunds(Mode.TEST, refund.claimed_until) == ()

    async def test_find_what_still_waits_for_its_first_payment(self, book, sweeps):
        tenant = await book.tenant()
        standing = await book.standing(tenant)
        waiting = replace(standing.subscription, status=SubscriptionStatus.INCOMPLETE)
        async with book.test.open(tenant) as repos:
            await repos.subscriptions.update(waiting)
        assert await sweeps.incomplete_subscriptions(Mode.TEST, created_before=waiting.created_at) == ()
        assert await sweeps.incomplete_subscriptions(Mode.TEST, created_before=waiting.created_at + HOUR) == (
            (tenant, waiting.id),
        )

    @pytest.mark.parametrize(
        ("statement", "index", "arguments"),
        [
            ("_DUE", "subscriptions_due", lambda now: (now, 1000, 10_000)),
            ("_OLDEST_DUE", "subscriptions_due", lambda now: (now,)),
            ("_INCOMPLETE", "subscriptions_incomplete", lambda now: (now - HOUR, now, 1000, 10_000)),
            ("_PENDING_ATTEMPTS", "payment_attempts_pending", lambda now: (now, 1000, 10_000)),
            ("_PENDING_REFUNDS", "refunds_pending", lambda now: (now, 1000, 10_000)),
            ("_DUE_CASES", "dunning_schedules_awake", lambda now: (now, 1000, 10_000)),
            ("_DUE_MESSAGES", "messages_waiting", lambda now: (now, 1000, 10_000)),
            ("_RENEWING", "subscriptions_due", lambda now: (now - HOUR, now, UUID(int=0), 1000)),
        ],
    )
    async def test_cost_a_probe_of_an_index_however_many_there_are(self, book, sweep_pool, statement, index, arguments):
        for name in ("Ada Stores", "Other"):
            await book.standing(await book.tenant(name))
        await book.damage(MANY)
        async with book.admin.acquire() as connection:
            await connection.execute("vacuum analyze test.subscriptions")
            await connection.execute("vacuum analyze core.tenants")
        text = getattr(sweeps_module, statement).replace("{schema}", "test")
        async with sweep_pool.acquire() as connection:
            rows = await connection.fetch(
                "explain (analyze, buffers, timing off) " + text, *arguments(book.clock.now())
            )
        plan = [row[0] for row in rows]
        assert re.search(rf"Index Only Scan (Backward )?using {index}\b", "\n".join(plan)), "\n".join(plan)
        buffers = next(line for line in plan if "Buffers: shared" in line)
        assert sum(int(part.split("=")[1]) for part in buffers.split() if "=" in part) < 40, plan
