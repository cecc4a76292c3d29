import asyncio
from dataclasses import replace

import pytest
from asyncpg import InterfaceError, PostgresError

from duro.db import AbortedTransactionError, ClosedContextError, DatabasePool, RepositoryContexts
from duro.kernel import ConflictError, Mode, TenantId


class TestAContext:
    async def test_commits_on_a_clean_exit(self, book):
        tenant, plan = await book.tenant(), book.plan()
        async with book.test.open(tenant) as repos:
            await repos.plans.insert(plan)
        async with book.test.open(tenant) as repos:
            assert await repos.plans.get(plan.id) == plan

    async def test_rolls_back_on_an_error(self, book):
        tenant, plan = await book.tenant(), book.plan()
        with pytest.raises(ConflictError):
            async with book.test.open(tenant) as repos:
                await repos.plans.insert(plan)
                raise ConflictError("no", "No.")
        async with book.test.open(tenant) as repos:
            assert await repos.plans.get(plan.id) is None

    async def test_rolls_back_when_its_task_is_cancelled(self, book):
        tenant, plan = await book.tenant(), book.plan()
        has_written = asyncio.Event()

        async def write():
            async with book.test.open(tenant) as repos:
                await repos.plans.insert(plan)
                has_written.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(write())
        await has_written.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with book.test.open(tenant) as repos:
            assert await repos.plans.get(plan.id) is None

    async def test_is_of_no_use_after_its_end(self, book):
        async with book.test.open(await book.tenant()) as repos:
            plans = repos.plans
        with pytest.raises(ClosedContextError):
            await plans.get(book.plan().id)
        with pytest.raises(ClosedContextError):
            await repos.tenants.get()

    async def test_says_so_when_a_failed_statement_was_swallowed(self, book):
        tenant, plan = await book.tenant(), book.plan()
        with pytest.raises(AbortedTransactionError):
            async with book.test.open(tenant) as repos:
                await repos.plans.insert(plan)
                with pytest.raises(Exception, match="duplicate"):
                    await repos.plans.insert(plan)

    async def test_reads_what_others_have_committed_meanwhile(self, book):
        tenant, plan = await book.tenant(), book.plan()
        async with book.test.open(tenant) as first:
            assert await first.plans.get(plan.id) is None
            async with book.test.open(tenant) as second:
                await second.plans.insert(plan)
            assert await first.plans.get(plan.id) == plan
            level = await first.session.connection.fetchval("show transaction_isolation")
        assert level == "read committed"

    async def test_begins_and_names_the_tenant_in_one_round_trip(self, book):
        tenant = await book.tenant()
        async with book.pools[Mode.TEST].acquire() as connection:
            calls: list[str] = []
            connection.add_query_logger(lambda record: calls.append(record.query))
            backend = await connection.fetchval("select pg_backend_pid()")
        calls.clear()
        async with book.test.open(tenant) as repos:
            assert await repos.session.connection.fetchval("select pg_backend_pid()") == backend
        assert len(calls) == 3

    async def test_is_ended_by_the_server_when_its_process_stops_in_the_middle(self, book):
        async with book.test.open(await book.tenant()) as repos:
            connection = repos.session.connection
            assert await connection.fetchval("show idle_in_transaction_session_timeout") == "30s"

    async def test_survives_a_server_that_ended_it(self, book):
        tenant, plan = await book.tenant(), book.plan()
        with pytest.raises((PostgresError, InterfaceError, OSError)):
            async with book.test.open(tenant) as repos:
                backend = await repos.session.connection.fetchval("select pg_backend_pid()")
                async with book.admin.acquire() as connection:
                    await connection.execute("select pg_terminate_backend($1, 5000)", backend)
                await repos.plans.insert(plan)
        async with book.test.open(tenant) as repos:
            assert await repos.plans.get(plan.id) is None

    async def test_gives_up_on_a_statement_that_takes_too_long(self, book, database):
        pool = await DatabasePool.open(database.data_url(Mode.TEST), max_size=1, statement_seconds=0.2)
        contexts = RepositoryContexts(pool, Mode.TEST, clock=book.clock, ids=book.ids)
        tenant = await book.tenant()
        with pytest.raises(TimeoutError):
            async with contexts.open(tenant) as repos:
                await repos.session.connection.execute("select pg_sleep(60)")
        async with contexts.open(tenant) as repos:
            assert (await repos.tenants.get()).id == tenant
        await pool.close()

    async def test_cannot_be_opened_by_anything_but_a_tenant(self, book):
        with pytest.raises((AttributeError, TypeError)):
            async with book.test.open(TenantId("'; drop table test.plans; --")):
                pass

    async def test_makes_a_second_writer_of_a_locked_row_wait(self, book):
        tenant = await book.tenant()
        standing = await book.standing(tenant)
        locked, order = asyncio.Event(), []

        async def hold():
            async with book.test.open(tenant) as repos:
                plan = await repos.plans.lock(standing.plan.id)
                locked.set()
                await asyncio.sleep(0)
                await repos.plans.update(replace(plan, name="Held"))
                order.append("held")

        async def follow():
            await locked.wait()
            async with book.test.open(tenant) as repos:
                plan = await repos.plans.lock(standing.plan.id)
                order.append(plan.name)

        await asyncio.gather(hold(), follow())
        assert order == ["held", "Held"]
