from dataclasses import replace

import pytest
from whenever import TimeDelta

from duro.billing import EventType, SubscriptionStatus
from duro.db import CredentialResolver, PageRequest, ResolvedKey
from duro.db.records import (
    ApiKey,
    AttemptStatus,
    DunningSchedule,
    DunningState,
    IdempotencyRecord,
    InvoiceStatus,
    RefundStatus,
    TenantStatus,
)
from duro.kernel import (
    ApiKeyId,
    ConflictError,
    DunningScheduleId,
    InvalidInputError,
    Mode,
    NotFoundError,
    PaymentMethodId,
)


class TestATenant:
    async def test_reads_itself(self, book):
        tenant_id = await book.tenant("Ada Stores")
        async with book.test.open(tenant_id) as repos:
            tenant = await repos.tenants.get()
        assert (tenant.id, tenant.name, tenant.zone, tenant.status) == (
            tenant_id,
            "Ada Stores",
            "Africa/Lagos",
            TenantStatus.ACTIVE,
        )


class TestAPlan:
    async def test_changes(self, book):
        tenant, plan = await book.tenant(), book.plan()
        archived = replace(plan, name="Silver", max_cycles=3, archived_at=book.clock.now())
        async with book.test.open(tenant) as repos:
            await repos.plans.insert(plan)
            await repos.plans.update(archived)
            assert await repos.plans.lock(plan.id) == archived
            assert (await repos.plans.list(PageRequest(), is_archived=False)).items == ()
            assert (await repos.plans.list(PageRequest(), is_archived=True)).items == (archived,)

    async def test_must_exist_to_change(self, book):
        with pytest.raises(NotFoundError):
            async with book.test.open(await book.tenant()) as repos:
                await repos.plans.update(book.plan())


class TestACustomer:
    async def test_has_a_ref_of_its_own(self, book):
        tenant = await book.tenant()
        async with book.test.open(tenant) as repos:
            await repos.customers.insert(book.customer("a"))
            await repos.customers.insert(book.customer(None))
            await repos.customers.insert(book.customer(None))
        with pytest.raises(ConflictError) as raised:
            async with book.test.open(tenant) as repos:
                await repos.customers.insert(book.customer("a"))
        assert raised.value.code == "customer_ref_taken"

    async def test_is_found_by_ref_and_by_email(self, book):
        wanted, other = book.customer("a"), replace(book.customer("b"), email="other@example.com")
        async with book.test.open(await book.tenant()) as repos:
            await repos.customers.insert(wanted)
            await repos.customers.insert(other)
            assert (await repos.customers.list(PageRequest(), ref="a")).items == (wanted,)
            assert (await repos.customers.list(PageRequest(), email="other@example.com")).items == (other,)


class TestAPaymentMethod:
    async def test_is_listed_until_detached(self, book):
        tenant = await book.tenant()
        standing = await book.standing(tenant)
        detached = replace(standing.method, detached_at=book.clock.now())
        async with book.test.open(tenant) as repos:
            assert await repos.payment_methods.get(standing.method.id) == standing.method
            await repos.payment_methods.update(detached)
            page = await repos.payment_methods.list(PageRequest(), customer_id=standing.customer.id, is_detached=False)
            assert page.items == ()
            assert await repos.payment_methods.lock(standing.method.id) == detached

    async def test_of_another_customer_cannot_pay_a_subscription(self, book):
        tenant = await book.tenant()
        standing, other = await book.standing(tenant), await book.standing(tenant)
        with pytest.raises(Exception, match="violates foreign key"):
            async with book.test.open(tenant) as repos:
                await repos.subscriptions.update(
                    replace(standing.subscription, payment_method_id=PaymentMethodId(other.method.id.value))
                )


class TestASubscription:
    async def test_comes_back_as_it_went(self, book):
        tenant = await book.tenant()
        standing = await book.standing(tenant)
        ended = replace(
            standing.subscription,
            status=SubscriptionStatus.CANCELED,
            canceled_at=book.clock.now(),
            access_ends_at=book.clock.now(),
            payment_method_id=None,
            cancel_at_period_end=True,
        )
        async with book.test.open(tenant) as repos:
            assert await repos.subscriptions.get(standing.subscription.id) == standing.subscription
            await repos.subscriptions.update(ended)
            assert await repos.subscriptions.lock(standing.subscription.id) == ended

    async def test_is_found_by_status_plan_and_customer(self, book):
        tenant = await book.tenant()
        standing, other = await book.standing(tenant), await book.standing(tenant)
        async with book.test.open(tenant) as repos:
            page = await repos.subscriptions.list(
                PageRequest(),
                status=SubscriptionStatus.ACTIVE,
                customer_id=standing.customer.id,
                plan_id=standing.plan.id,
            )
            assert page.items == (standing.subscription,)
            everything = await repos.subscriptions.list(PageRequest())
            assert everything.items == (other.subscription, standing.subscription)
            assert (await repos.subscriptions.list(PageRequest(), status=SubscriptionStatus.UNPAID)).items == ()


class TestAnInvoiceWithItsAttempts:
    async def test_comes_back_as_it_went(self, book):
        tenant = await book.tenant()
        standing = await book.standing(tenant)
        invoice, attempt = await book.claim(tenant, standing)
        async with book.test.open(tenant) as repos:
            assert await repos.invoices.get(invoice.id) == invoice
            assert await repos.invoices.get_by_key(invoice.idempotency_key) == invoice
            assert await repos.attempts.get(attempt.id) == attempt
            assert await repos.attempts.are_pending_with(standing.method.id)
            await repos.invoices.update(book.paid(invoice))
            assert await repos.invoices.lock(invoice.id) == book.paid(invoice)

    async def test_is_found_by_customer_subscription_and_status(self, book):
        tenant = await book.tenant()
        standing, other = await book.standing(tenant), await book.standing(tenant)
        invoice, attempt = await book.claim(tenant, standing)
        await book.claim(tenant, other)
        async with book.test.open(tenant) as repos:
            assert (await repos.invoices.list(PageRequest(), customer_id=standing.customer.id)).items == (invoice,)
            assert (await repos.invoices.list(PageRequest(), subscription_id=standing.subscription.id)).items == (
                invoice,
            )
            assert (await repos.invoices.list(PageRequest(), status=InvoiceStatus.PAID)).items == ()
            assert (await repos.attempts.list(PageRequest(), invoice_id=invoice.id)).items == (attempt,)
            assert len((await repos.attempts.list(PageRequest(), status=AttemptStatus.PENDING)).items) == 2


class TestARefund:
    async def test_comes_back_as_it_went(self, book):
        tenant = await book.tenant()
        standing = await book.standing(tenant)
        _, attempt = await book.claim(tenant, standing)
        refund = book.refund(attempt)
        done = replace(refund, status=RefundStatus.SUCCEEDED, settled_at=book.clock.now())
        async with book.test.open(tenant) as repos:
            await repos.refunds.insert(refund)
            assert await repos.refunds.of_attempt(attempt.id) == (refund,)
            await repos.refunds.update(done)
            assert await repos.refunds.lock(refund.id) == done
            assert (await repos.refunds.list(PageRequest(), status=RefundStatus.PENDING)).items == ()


class TestARecoveryCase:
    async def test_is_open_until_closed(self, book):
        tenant = await book.tenant()
        standing = await book.standing(tenant)
        invoice, _ = await book.claim(tenant, standing)
        case = DunningSchedule(
            id=book.ids.new(DunningScheduleId),
            invoice_id=invoice.id,
            subscription_id=standing.subscription.id,
            state=DunningState.SCHEDULED,
            category="insufficient_funds",
            rail="card",
            attempts_made=1,
            next_attempt_at=book.clock.now() + TimeDelta(hours=24),
            reason="no money today",
            opened_at=book.clock.now(),
            closed_at=None,
            amount=invoice.total,
        )
        closed = replace(case, state=DunningState.CANCELLED, next_attempt_at=None, closed_at=book.clock.now())
        async with book.test.open(tenant) as repos:
            await repos.dunning.insert(case)
            assert await repos.dunning.lock_open(standing.subscription.id) == (case,)
            await repos.dunning.update(closed)
            assert await repos.dunning.lock_open(standing.subscription.id) == ()
            assert await repos.dunning.of_invoice(invoice.id) == closed
            assert (await repos.dunning.list(PageRequest(), state=DunningState.CANCELLED)).items == (closed,)


class TestEvents:
    async def test_are_numbered_up_to_the_subscriptions_sequence(self, book):
        tenant = await book.tenant()
        standing = await book.standing(tenant)
        after = replace(standing.subscription, event_sequence=3)
        async with book.test.open(tenant) as repos:
            told = await repos.events.append(
                after, [EventType.SUBSCRIPTION_PAST_DUE, EventType.SUBSCRIPTION_PAYMENT_FAILED], {"a": {"b": [1]}}
            )
            page = await repos.events.list(PageRequest(), subscription_id=after.id)
            assert await repos.events.get(told[0].id) == told[0]
            assert await repos.events.append(after, [], {}) == ()
        assert [(event.sequence, event.type) for event in page.items] == [
            (3, "subscription_payment_failed"),
            (2, "subscription_past_due"),
            (1, "subscription_created"),
        ]
        assert page.items[0].data == {"a": {"b": [1]}}

    async def test_never_take_a_number_twice(self, book):
        tenant = await book.tenant()
        standing = await book.standing(tenant)
        with pytest.raises(Exception, match="duplicate key"):
            async with book.test.open(tenant) as repos:
                await repos.events.append(standing.subscription, [EventType.SUBSCRIPTION_UPDATED], {})


class TestAnIdempotencyRecord:
    async def test_is_taken_once_and_answered_later(self, book):
        tenant = await book.tenant()
        leased = IdempotencyRecord("sk", "k", b"d" * 32, None, None, book.clock.now(), book.clock.now())
        answered = replace(leased, status=201, body=b"{}", locked_until=None)
        async with book.test.open(tenant) as repos:
            assert await repos.idempotency.insert(leased, forgetting_before=leased.created_at)
            assert not await repos.idempotency.insert(leased, forgetting_before=leased.created_at)
            assert await repos.idempotency.lock("sk", "k") == leased
            await repos.idempotency.update(answered)
            assert await repos.idempotency.get("sk", "k") == answered
            assert await repos.idempotency.get("pk", "k") is None

    async def test_makes_room_by_forgetting_two_that_are_older_than_the_promise(self, book):
        tenant, now = await book.tenant(), book.clock.now()
        record = IdempotencyRecord("sk", "new", b"d" * 32, 201, b"{}", None, now)
        old = [replace(record, key=f"old-{age}", created_at=now - TimeDelta(hours=age)) for age in (1, 2, 3, 4)]
        async with book.test.open(tenant) as repos:
            for one in old:
                await repos.idempotency.insert(one, forgetting_before=now - TimeDelta(hours=24))
        async with book.test.open(tenant) as repos:
            assert await repos.idempotency.insert(record, forgetting_before=now - TimeDelta(hours=1))
            left = [await repos.idempotency.get("sk", one.key) for one in (record, *old)]
        assert left == [record, old[0], old[1], None, None]

    async def test_is_never_forgotten_by_the_request_that_takes_it_over(self, book):
        tenant, now = await book.tenant(), book.clock.now()
        old = IdempotencyRecord("sk", "old", b"d" * 32, 201, b"{}", None, now)
        async with book.test.open(tenant) as repos:
            await repos.idempotency.insert(old, forgetting_before=now)
            assert not await repos.idempotency.insert(old, forgetting_before=now + TimeDelta(hours=1))
            assert await repos.idempotency.get("sk", "old") == old

    async def test_that_somebody_else_holds_is_left_to_the_next_one(self, book):
        tenant, now = await book.tenant(), book.clock.now()
        old = IdempotencyRecord("sk", "old", b"d" * 32, 201, b"{}", None, now)
        later = now + TimeDelta(hours=1)
        async with book.test.open(tenant) as repos:
            await repos.idempotency.insert(old, forgetting_before=now)
        async with book.test.open(tenant) as holder, book.test.open(tenant) as other:
            await holder.idempotency.lock("sk", "old")
            assert await other.idempotency.insert(replace(old, key="new"), forgetting_before=later)
            assert await holder.idempotency.get("sk", "old") == old


class TestAKey:
    @pytest.fixture
    def key(self, book):
        return ApiKey(book.ids.new(ApiKeyId), Mode.TEST, b"1" * 32, "sk_test_…abcd", book.clock.now())

    async def test_speaks_for_its_tenant_until_revoked(self, book, key):
        tenant = await book.tenant()
        resolver = CredentialResolver(book.pools[Mode.TEST])
        async with book.test.open(tenant) as repos:
            await repos.api_keys.insert(key)
        assert await resolver.resolve(key.secret_digest) == ResolvedKey(tenant, key.id, Mode.TEST, TenantStatus.ACTIVE)
        assert await resolver.resolve(b"2" * 32) is None
        revoked = replace(key, revoked_at=book.clock.now())
        async with book.test.open(tenant) as repos:
            await repos.api_keys.update(revoked)
            assert (await repos.api_keys.list(PageRequest())).items == (revoked,)
        assert await resolver.resolve(key.secret_digest) is None

    async def test_is_resolved_whatever_the_callers_search_path(self, book, key):
        tenant = await book.tenant()
        async with book.test.open(tenant) as repos:
            await repos.api_keys.insert(key)
        async with book.pools[Mode.TEST].acquire() as connection:
            await connection.execute("create temporary table api_keys (like core.api_keys)")
            await connection.execute("set search_path to pg_temp")
            row = await connection.fetchrow("select * from core.resolve_api_key($1)", key.secret_digest)
        assert row["key_id"] == key.id.value


class TestAList:
    async def test_is_read_page_by_page_newest_first(self, book):
        tenant = await book.tenant()
        plans = [book.plan() for _ in range(5)]
        async with book.test.open(tenant) as repos:
            for plan in plans:
                await repos.plans.insert(plan)
            seen, cursor, sizes = [], None, []
            while True:
                page = await repos.plans.list(PageRequest(limit=2, after=cursor))
                seen += page.items
                sizes.append(len(page.items))
                assert page.has_more == (page.next_cursor is not None)
                if (cursor := page.next_cursor) is None:
                    break
        assert seen == plans[::-1]
        assert sizes == [2, 2, 1]

    async def test_ends_exactly_at_a_full_page(self, book):
        async with book.test.open(await book.tenant()) as repos:
            for _ in range(2):
                await repos.plans.insert(book.plan())
            page = await repos.plans.list(PageRequest(limit=2))
        assert (len(page.items), page.has_more, page.next_cursor) == (2, False, None)

    async def test_holds_still_while_rows_are_added(self, book):
        async with book.test.open(await book.tenant()) as repos:
            first, second = book.plan(), book.plan()
            await repos.plans.insert(first)
            await repos.plans.insert(second)
            page = await repos.plans.list(PageRequest(limit=1))
            await repos.plans.insert(book.plan())
            rest = await repos.plans.list(PageRequest(limit=1, after=page.next_cursor))
        assert (page.items, rest.items) == ((second,), (first,))

    async def test_refuses_a_cursor_it_never_gave(self, book):
        with pytest.raises(InvalidInputError):
            async with book.test.open(await book.tenant()) as repos:
                await repos.plans.list(PageRequest(after="x"))

    async def test_walks_an_index_and_never_sorts(self, book):
        tenant = await book.tenant()
        async with book.test.open(tenant) as repos:
            connection = repos.session.connection
            await connection.execute("set local enable_seqscan to off")
            rows = await connection.fetch(
                """explain select id from test.plans where tenant_id = $1 and id < $2
                order by tenant_id desc, id desc limit 3""",
                tenant.value,
                tenant.value,
            )
        plan = "\n".join(row[0] for row in rows)
        assert "Index Only Scan Backward" in plan
        assert "Sort" not in plan
