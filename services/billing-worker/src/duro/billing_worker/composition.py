from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final, Self, final

from whenever import TimeDelta

from duro.billing_worker.billing_processor import BillingProcessor
from duro.billing_worker.billing_worker import BillingWorker
from duro.billing_worker.crew import Crew
from duro.billing_worker.due_scanner import DueScanner
from duro.billing_worker.dunning_processor import DunningProcessor
from duro.billing_worker.gauges import Gauges
from duro.billing_worker.health import Health
from duro.billing_worker.health_server import HealthServer
from duro.billing_worker.incomplete_processor import IncompleteProcessor
from duro.billing_worker.incomplete_scanner import IncompleteScanner
from duro.billing_worker.message_processor import MessageProcessor
from duro.billing_worker.metrics import WorkerMetrics
from duro.billing_worker.pending_processor import PendingProcessor
from duro.billing_worker.pending_scanner import PendingScanner
from duro.billing_worker.post_office import PostOffice
from duro.billing_worker.reminder_processor import ReminderProcessor
from duro.billing_worker.reminder_scanner import ReminderScanner
from duro.billing_worker.settings import Settings
from duro.billing_worker.tenant_batches import TenantBatches
from duro.crypto import SystemClock, Uuid7IdFactory
from duro.db import DatabasePool, RepositoryContexts
from duro.db.clock_guard import ClockGuard
from duro.db.database_clock import DatabaseClock
from duro.db.sweeps import Sweeps
from duro.kernel import Clock, IdFactory, Mode
from duro.merchant_api.billing import BillingService, GatewayRegistry, IncompleteService, PendingService, RefundService
from duro.merchant_api.dunning import DunningService
from duro.merchant_api.messages import ReminderService
from duro.merchant_api.payment_methods import MandateService
from duro.merchant_api.pushed import RequestService
from duro.payments import (
    ChargeGateway,
    HttpSimulatedGateway,
    HttpSimulatedMandates,
    HttpSimulatedPaymentRequests,
    MandateGateway,
    PaymentRequestGateway,
)
from duro.queue import JobKind, JobQueue, JobWorker, Processor, RedisProbe, Scanner, ScanWorker

_STATEMENT_SECONDS: Final = 60.0


@final
@dataclass(frozen=True, slots=True)
class Pools:
    """The three ways this service reaches the database: one per mode, and the ids of all tenants."""

    test: DatabasePool
    live: DatabasePool
    sweep: DatabasePool

    @classmethod
    async def open(cls, settings: Settings, stack: AsyncExitStack) -> Self:
        most = settings.database_connections
        pools: list[DatabasePool] = []
        for url, size in (
            (settings.test_database_url, most),
            (settings.live_database_url, most),
            (settings.sweep_database_url, 4),
        ):
            pool = await DatabasePool.open(url, min_size=0, max_size=size, statement_seconds=_STATEMENT_SECONDS)
            stack.push_async_callback(pool.close)
            pools.append(pool)
        return cls(*pools)

    def of(self, mode: Mode) -> DatabasePool:
        match mode:
            case Mode.TEST:
                return self.test
            case Mode.LIVE:
                return self.live


@final
class Composition:
    """The worker's whole graph. Business time comes from `clock`; whether the machine is trusted, from its own.

    Raises SimulatedGatewayInLiveError outside development: a gateway that moves no money can't serve live mode.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        pools: Pools,
        gateway: ChargeGateway,
        queues: Mapping[JobKind, Mapping[Mode, JobQueue]],
        probe: RedisProbe,
        clock: Clock,
        post: PostOffice | None = None,
        asking: Sequence[PaymentRequestGateway] = (),
        mandates: Sequence[MandateGateway] = (),
    ) -> None:
        self._settings = settings
        self._pools = pools
        self._gateways = {
            mode: GatewayRegistry(
                mode, [gateway], is_development=settings.is_development, asking=asking, mandates=mandates
            )
            for mode in Mode
        }
        self._queues = queues
        self._clock = clock
        self._ids: IdFactory = Uuid7IdFactory(clock)
        self._sweeps = Sweeps(pools.sweep)
        self._post = post or PostOffice(settings.post)
        self._metrics = WorkerMetrics()
        self._guard = ClockGuard(SystemClock(), [DatabaseClock(pool) for pool in (pools.test, pools.live, pools.sweep)])
        self._health = Health(guard=self._guard, probe=probe)
        self._gauges = Gauges(
            metrics=self._metrics,
            sweep=self._sweeps,
            queues=[queue for by_mode in queues.values() for queue in by_mode.values()],
            clock=clock,
        )
        self.worker = BillingWorker(health=self._health, crew=self.crew)

    @classmethod
    async def open(cls, settings: Settings, stack: AsyncExitStack, *, clock: Clock | None = None) -> Self:
        """Connect to everything; the stack closes it."""
        gateway = HttpSimulatedGateway(base_url=settings.gateway_url, timeout_seconds=settings.gateway_timeout_seconds)
        stack.push_async_callback(gateway.close)
        asking = HttpSimulatedPaymentRequests(
            base_url=settings.gateway_url, timeout_seconds=settings.gateway_timeout_seconds
        )
        stack.push_async_callback(asking.close)
        mandates = HttpSimulatedMandates(
            base_url=settings.gateway_url, timeout_seconds=settings.gateway_timeout_seconds
        )
        stack.push_async_callback(mandates.close)
        pools = await Pools.open(settings, stack)
        queues: dict[JobKind, dict[Mode, JobQueue]] = {kind: {} for kind in JobKind}
        for kind in JobKind:
            for mode in Mode:
                queue = queues[kind][mode] = JobQueue(kind.queue_name(mode), settings.redis_url)
                stack.push_async_callback(queue.close)
        probe = RedisProbe(settings.redis_url)
        stack.push_async_callback(probe.close)
        post = PostOffice.open(settings.post, stack)
        clock = clock or SystemClock()
        return cls(
            settings,
            pools=pools,
            gateway=gateway,
            asking=[asking],
            mandates=[mandates],
            queues=queues,
            probe=probe,
            clock=clock,
            post=post,
        )

    def server(self) -> HealthServer:
        return HealthServer.over(
            health=self._health,
            gauges=self._gauges,
            worker=self.worker,
            host=self._settings.health_host,
            port=self._settings.health_port,
        )

    def crew(self) -> Crew:
        """Build scans and workers for both modes; a crew is used once."""
        scanners = [scanner for mode in Mode for scanner in self._scanners(mode)]
        workers = [worker for mode in Mode for worker in self._workers(mode)]
        return Crew(ScanWorker(self._settings.redis_url, scanners, clock=SystemClock()), workers)

    def _scanners(self, mode: Mode) -> tuple[Scanner, ...]:
        settings = self._settings
        return (
            *self._dunning_scanners(mode),
            *self._message_scanners(mode),
            DueScanner(
                JobKind.BILLING,
                mode=mode,
                due=self._sweeps.due_subscriptions,
                queue=self._queues[JobKind.BILLING][mode],
                clock=self._clock,
                interval_seconds=settings.scan_seconds,
            ),
            PendingScanner(
                mode=mode,
                sweep=self._sweeps,
                queue=self._queues[JobKind.PENDING][mode],
                clock=self._clock,
                interval_seconds=settings.pending_seconds,
            ),
            IncompleteScanner(
                mode=mode,
                sweep=self._sweeps,
                queue=self._queues[JobKind.INCOMPLETE][mode],
                clock=self._clock,
                interval_seconds=settings.incomplete_seconds,
            ),
        )

    def _dunning_scanners(self, mode: Mode) -> tuple[Scanner, ...]:
        if not self._settings.dunning_seconds:
            return ()
        return (
            DueScanner(
                JobKind.DUNNING,
                mode=mode,
                due=self._sweeps.due_cases,
                queue=self._queues[JobKind.DUNNING][mode],
                clock=self._clock,
                interval_seconds=self._settings.dunning_seconds,
            ),
        )

    def _message_scanners(self, mode: Mode) -> tuple[Scanner, ...]:
        return (
            DueScanner(
                JobKind.MESSAGES,
                mode=mode,
                due=self._sweeps.due_messages,
                queue=self._queues[JobKind.MESSAGES][mode],
                clock=self._clock,
                interval_seconds=self._settings.messages_seconds,
            ),
            ReminderScanner(
                mode=mode,
                sweep=self._sweeps,
                queue=self._queues[JobKind.REMINDERS][mode],
                clock=self._clock,
                interval_seconds=self._settings.reminders_seconds,
            ),
        )

    def _workers(self, mode: Mode) -> tuple[JobWorker, ...]:
        ids, clock, lease = self._ids, self._clock, TimeDelta(seconds=self._settings.lease_seconds)
        contexts = RepositoryContexts(self._pools.of(mode), mode, clock=clock, ids=ids)
        gateways = self._gateways[mode]
        billing = BillingService(contexts, gateways, ids=ids, clock=clock, lease=lease)
        pending = PendingService(contexts, gateways, ids=ids, clock=clock, lease=lease)
        refunds = RefundService(contexts, gateways, ids=ids, clock=clock, lease=lease)
        requests = RequestService(contexts, gateways, ids=ids, clock=clock, lease=lease)
        mandates = MandateService(contexts, gateways, clock=clock)
        starts = IncompleteService(contexts, billing, ids=ids, clock=clock)
        dunning = DunningService(contexts, gateways, ids=ids, clock=clock, lease=lease)
        messages = self._post.service(contexts, clock=clock)
        reminders = ReminderService(contexts, ids=ids, clock=clock)
        guard, metrics = self._guard, self._metrics
        tellings = TenantBatches(messages.deliver_each)
        renewals, cases = TenantBatches(billing.renew_each), TenantBatches(dunning.process_each)
        return (
            self._job_worker(JobKind.BILLING, mode, BillingProcessor(renewals.work, guard=guard, metrics=metrics)),
            self._job_worker(JobKind.DUNNING, mode, DunningProcessor(cases.work, guard=guard, metrics=metrics)),
            self._job_worker(
                JobKind.PENDING,
                mode,
                PendingProcessor(pending, refunds, requests, mandates, guard=guard, metrics=metrics),
            ),
            self._job_worker(JobKind.INCOMPLETE, mode, IncompleteProcessor(starts, guard=guard, metrics=metrics)),
            self._job_worker(JobKind.MESSAGES, mode, MessageProcessor(tellings.work, guard=guard, metrics=metrics)),
            self._job_worker(JobKind.REMINDERS, mode, ReminderProcessor(reminders, guard=guard, metrics=metrics)),
        )

    def _job_worker(self, kind: JobKind, mode: Mode, processor: Processor) -> JobWorker:
        return JobWorker(kind.queue_name(mode), self._settings.redis_url, processor.process, self._at_once(kind))

    def _at_once(self, kind: JobKind) -> int:
        """Say how many jobs of a kind are done at once: no more messages than their servers take from us."""
        most = self._settings.concurrency
        match kind:
            case JobKind.INCOMPLETE | JobKind.REMINDERS:
                return max(1, most // 5)
            case JobKind.MESSAGES:
                return min(most, self._settings.post.at_once or most)
            case _:
                return most
