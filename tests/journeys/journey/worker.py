import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from duro.billing_worker.composition import Composition, Pools
from duro.billing_worker.post_office import PostOffice
from duro.billing_worker.settings import Settings
from duro.kernel import DunningScheduleId, Mode, SubscriptionId, TenantId
from duro.merchant_api.billing import RenewalOutcome
from duro.payments import ChargeGateway, MandateGateway, PaymentRequestGateway
from duro.queue import JobKind, JobPayload, JobQueue, JobWorker, RedisProbe, Scanner
from duro.testkit.cloned_database import ClonedDatabase
from duro.testkit.deadline import Deadline
from duro.testkit.stepping_clock import SteppingClock

TELLING = {"msg", "ten"}
"""What a message and a merchant are called: jobs that tell people something move no money."""


class Worker:
    """The billing worker in this process: its own graph, both modes, real queues; it scans when it is told to.

    It names what it worked on, but for what it told people.
    """

    def __init__(self, composition: Composition, queues: dict[JobKind, dict[Mode, JobQueue]]) -> None:
        self._composition = composition
        self._queues = queues
        self._members: list[tuple[JobWorker, asyncio.Task[None]]] = []
        self._done: list[str] = []
        self._handled = 0
        self._failures: list[BaseException] = []

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        database: ClonedDatabase,
        redis_url: str,
        *,
        gateway: ChargeGateway,
        clock: SteppingClock,
        asking: Sequence[PaymentRequestGateway] = (),
        mandates: Sequence[MandateGateway] = (),
        post: Mapping[str, str] | None = None,
    ) -> AsyncIterator["Worker"]:
        """Open it; its messages are shown on the terminal unless the settings of its post say where they go."""
        settings = Settings.from_environment(
            {
                "DURO_PROFILE": "development",
                "DURO_TEST_DATABASE_URL": database.test_url,
                "DURO_LIVE_DATABASE_URL": database.live_url,
                "DURO_SWEEP_DATABASE_URL": database.sweep_url,
                "DURO_REDIS_URL": redis_url,
                "DURO_GATEWAY_URL": "http://unused.invalid",
                "DURO_WORKER_CONCURRENCY": "4",
                "DURO_WORKER_DATABASE_CONNECTIONS": "4",
                **(post or {}),
            }
        )
        async with AsyncExitStack() as stack:
            pools = await Pools.open(settings, stack)
            queues = {kind: {mode: JobQueue(kind.queue_name(mode), redis_url) for mode in Mode} for kind in JobKind}
            for queue in (queue for by_mode in queues.values() for queue in by_mode.values()):
                stack.push_async_callback(queue.close)
            probe = RedisProbe(redis_url)
            stack.push_async_callback(probe.close)
            composition = Composition(
                settings,
                pools=pools,
                gateway=gateway,
                queues=queues,
                probe=probe,
                clock=clock,
                asking=asking,
                mandates=mandates,
                post=PostOffice.open(settings.post, stack),
            )
            worker = cls(composition, queues)
            stack.push_async_callback(worker.stop)
            await worker.start()
            yield worker

    async def start(self) -> None:
        """Let it take jobs again, once it is sure of its clock."""
        await self._be_ready()
        for member in (member for mode in Mode for member in self._composition._workers(mode)):
            member._handler = self._watched(member._handler)
            self._members.append((member, asyncio.create_task(member.run())))

    async def stop(self) -> None:
        """Let it finish what it does and take no more."""
        await asyncio.gather(*(member.drain(5) for member, _ in self._members))
        await asyncio.gather(*(task for _, task in self._members))
        self._members.clear()

    async def scan(self) -> int:
        """Let every scanner of both modes look once; say how many jobs they added, but for those that tell people."""
        telling = {kind.queue_name(mode) for kind in (JobKind.MESSAGES, JobKind.REMINDERS) for mode in Mode}
        added = await self._look(scanner for mode in Mode for scanner in self._composition._scanners(mode))
        return sum(count for name, count in added.items() if name not in telling)

    async def tick(self) -> list[str]:
        """Scan once and let everything that was found be done; name what was worked on, in order."""
        await self._be_ready()
        await self.scan()
        return await self.finish()

    async def settle(self, mode: Mode) -> None:
        """Look and work in one mode until there is nothing left to do now, nor anybody left to tell.

        Those who look ahead find the same merchants at every look, so they look first and don't count.
        """
        await self._be_ready()
        ahead = JobKind.REMINDERS.queue_name(mode)
        for _ in range(20):
            scanners = self._composition._scanners(mode)
            await self._look(scanner for scanner in scanners if scanner.name == ahead)
            await self.finish()
            handled = self._handled
            await self._look(scanner for scanner in scanners if scanner.name != ahead)
            await self.finish()
            if self._handled == handled:
                return
        message = "There is always something left to do."
        raise AssertionError(message)

    async def finish(self) -> list[str]:
        """Let everything that is queued be done; name what was worked on, in order."""
        await Deadline(30).until(self._is_idle, "every job done")
        assert self._failures == []
        done, self._done = self._done, []
        return done

    async def ask_for(self, mode: Mode, tenant_id: TenantId, subscription_id: str) -> None:
        """Put a renewal into the queue that no scanner asked for."""
        job = JobKind.BILLING.job(mode, tenant_id, SubscriptionId.parse(subscription_id))
        await self._queues[JobKind.BILLING][mode].add_many([job])

    async def work_on(self, mode: Mode, tenant_id: TenantId, case_id: str) -> None:
        """Work on a recovery case at once, whoever else does."""
        job = JobKind.DUNNING.job(mode, tenant_id, DunningScheduleId.parse(case_id))
        (handler,) = [member._handler for member, _ in self._members if member.name == JobKind.DUNNING.queue_name(mode)]
        await handler(job.payload)

    async def queued(self, mode: Mode, job_id: str) -> bool:
        """Say whether a job of this id waits or runs."""
        return await self._queues[JobKind.BILLING][mode]._queue.getJob(job_id) is not None

    async def depth(self, mode: Mode) -> int:
        return await self._queues[JobKind.BILLING][mode].depth()

    def outcomes(self, mode: Mode) -> Counter[str]:
        """Count the renewals by outcome, as the metrics do."""
        counter = self._composition._metrics._renewals
        return +Counter(
            {outcome.value: int(counter.labels(mode.value, outcome.value)._value.get()) for outcome in RenewalOutcome}
        )

    @staticmethod
    async def _look(scanners: Iterable[Scanner]) -> dict[str, int]:
        """Let scanners look once; say how many jobs each added."""
        return {scanner.name: await scanner.scan() for scanner in scanners}

    async def _be_ready(self) -> None:
        async def is_ready() -> bool:
            return (await self._composition._health.look()).is_ready

        await Deadline(30).until(is_ready, "the worker ready")

    async def _is_idle(self) -> bool:
        depths = [await queue.depth() for by_mode in self._queues.values() for queue in by_mode.values()]
        return not any(depths)

    def _watched(self, handler: Callable[[JobPayload], Awaitable[None]]) -> Callable[[JobPayload], Awaitable[None]]:
        async def handle(payload: JobPayload) -> None:
            try:
                await handler(payload)
            except BaseException as error:
                self._failures.append(error)
                raise
            self._handled += 1
            if payload.id.partition("_")[0] not in TELLING:
                self._done.append(payload.id)

        return handle
