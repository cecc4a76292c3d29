"""Every job of the worker, told to work for one merchant on the rows of another."""

import contextlib
from contextlib import AsyncExitStack
from uuid import UUID

import pytest_asyncio
from fence import Settled, Snapshots

from duro.billing_worker.composition import Composition, Pools
from duro.billing_worker.settings import Settings
from duro.kernel import (
    DunningScheduleId,
    MessageId,
    Mode,
    PaymentAttemptId,
    PaymentRequestId,
    RefundId,
    SubscriptionId,
    TenantId,
)
from duro.payments import InMemoryIssuerLedger, SimulatedPaymentRequests, SimulatedProvider
from duro.queue import JobKind, JobPayload, JobQueue, MalformedPayloadError, RedisProbe

NAMES = ("sub", "due", "idle", "pending", "txn", "rfd", "inv", "plan", "cus", "pm", "evt", "dun", "msg", "prq")
NAMES += ("open_prq", "mandate")
WORK = {
    JobKind.BILLING: ("due", SubscriptionId, "subscriptions"),
    JobKind.DUNNING: ("dun", DunningScheduleId, "subscriptions"),
    JobKind.PENDING: ("pending", PaymentAttemptId, "subscriptions"),
    JobKind.INCOMPLETE: ("idle", SubscriptionId, "subscriptions"),
    JobKind.MESSAGES: ("msg", MessageId, "messages"),
    JobKind.REMINDERS: ("ten", TenantId, "messages"),
}


@pytest_asyncio.fixture(loop_scope="session")
async def handlers(scratch, redis_url):
    """What the worker does with a job, by its queue and mode: its own graph, over the database of the world."""
    database = scratch.database
    settings = Settings.from_environment(
        {
            "DURO_PROFILE": "development",
            "DURO_TEST_DATABASE_URL": database.test_url,
            "DURO_LIVE_DATABASE_URL": database.live_url,
            "DURO_SWEEP_DATABASE_URL": database.sweep_url,
            "DURO_REDIS_URL": redis_url,
            "DURO_GATEWAY_URL": "http://unused.invalid",
            "DURO_WORKER_DATABASE_CONNECTIONS": "2",
        }
    )
    scratch.clock.advance(Settled.lease())
    async with AsyncExitStack() as stack:
        pools = await Pools.open(settings, stack)
        queues = {kind: {mode: JobQueue(kind.queue_name(mode), redis_url) for mode in Mode} for kind in JobKind}
        for queue in (queue for by_mode in queues.values() for queue in by_mode.values()):
            stack.push_async_callback(queue.close)
        probe = RedisProbe(redis_url)
        stack.push_async_callback(probe.close)
        pushes = SimulatedProvider.over(InMemoryIssuerLedger(), clock=scratch.clock).pushes
        composition = Composition(
            settings,
            pools=pools,
            gateway=scratch.gateway,
            queues=queues,
            probe=probe,
            clock=scratch.clock,
            asking=[SimulatedPaymentRequests(pushes)],
            mandates=[scratch.mandates],
        )
        readiness = await composition._health.look()
        assert readiness.is_ready, readiness.problems
        yield {
            (kind, mode): worker._handler
            for mode in Mode
            for worker in composition._workers(mode)
            for kind in JobKind
            if worker.name == kind.queue_name(mode)
        }


class TestEveryJob:
    @staticmethod
    def _names(estate) -> dict[str, str]:
        return {**estate.names, "ten": str(estate.tenant_id)}

    async def test_is_known_here(self, handlers):
        assert set(handlers) == {(kind, mode) for kind in JobKind for mode in Mode}

    async def test_changes_nothing_of_another_merchant_or_mode(self, scratch, handlers):
        before, charges = await scratch.snapshots.take(), scratch.break_in.count_charges()
        for (kind, mode), handler in handlers.items():
            intruder = scratch.intruder[mode]
            unknown = TenantId(UUID(int=1))
            others = [
                (unknown, scratch.victim[mode]),
                *(
                    (intruder.tenant_id, estates[other])
                    for estates in (scratch.intruder, scratch.victim)
                    for other in Mode
                ),
            ]
            for tenant_id, estate in others:
                if (tenant_id, estate.schema) == (estate.tenant_id, mode.value):
                    continue
                for name in NAMES:
                    for said in Mode:
                        with contextlib.suppress(MalformedPayloadError):
                            await handler(JobPayload(said, tenant_id, estate.names[name]))
                        changes = Snapshots.changes(before, await scratch.snapshots.take())
                        assert changes == set(), f"{kind} of {mode} on {name}"
        assert scratch.break_in.count_charges() == charges

    async def test_works_for_the_merchant_whose_row_it_is(self, scratch, handlers):
        """The rows that the forged jobs named do wait to be worked on."""
        for (kind, mode), handler in handlers.items():
            name, form, table = WORK[kind]
            victim, before = scratch.victim[mode], await scratch.snapshots.take()
            payload = JobPayload.about(mode, victim.tenant_id, form.parse(self._names(victim)[name]))
            await handler(payload)
            changes = Snapshots.changes(before, await scratch.snapshots.take())
            assert (f"{mode.value}.{table}", victim.owner) in changes
            assert {owner for _, owner in changes} == {victim.owner}
            assert {table.split(".")[0] for table, _ in changes} == {mode.value}
        for mode in Mode:
            victim, before = scratch.victim[mode], await scratch.snapshots.take()
            refund = RefundId.parse(victim.names["rfd"])
            request = PaymentRequestId.parse(victim.names["prq"])
            for subject in (refund, request):
                await handlers[JobKind.PENDING, mode](JobPayload.about(mode, victim.tenant_id, subject))
            changes = Snapshots.changes(before, await scratch.snapshots.take())
            assert (f"{mode.value}.refunds", victim.owner) in changes
            assert (f"{mode.value}.payment_requests", victim.owner) in changes
