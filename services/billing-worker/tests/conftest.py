from collections.abc import Sequence

import pytest
from whenever import Instant

from duro.billing_worker.metrics import WorkerMetrics
from duro.crypto import SystemClock, Uuid7IdFactory
from duro.db.clock_guard import ClockGuard
from duro.kernel import EntityId, Mode, SubscriptionId, TenantId
from duro.queue import JobPayload


class RightTime:
    """A database whose clock agrees."""

    async def now(self) -> Instant:
        return Instant.now()


class ScriptedService:
    """Stands in for the billing services: answers in order, the last answer again and again, and notes its calls."""

    def __init__(self, *answers: object) -> None:
        self._answers = list(answers)
        self.calls: list[tuple[TenantId, EntityId]] = []

    async def _answer(self, tenant_id: TenantId, entity_id: EntityId):
        self.calls.append((tenant_id, entity_id))
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    resolve = process = refresh = drive = deliver = _answer


class Ids:
    def __init__(self) -> None:
        self._factory = Uuid7IdFactory(SystemClock())
        self.tenant = self._factory.new(TenantId)

    def subscriptions(self, count: int) -> Sequence[tuple[TenantId, SubscriptionId]]:
        return [(self.tenant, self._factory.new(SubscriptionId)) for _ in range(count)]

    def payload(self, kind: type[EntityId], mode: Mode = Mode.TEST) -> JobPayload:
        return JobPayload.about(mode, self.tenant, self._factory.new(kind))


@pytest.fixture
def scripted():
    return ScriptedService


@pytest.fixture
def made() -> Ids:
    return Ids()


@pytest.fixture
def metrics() -> WorkerMetrics:
    return WorkerMetrics()


@pytest.fixture
async def guard() -> ClockGuard:
    guard = ClockGuard(SystemClock(), [RightTime()])
    await guard.compare()
    return guard


@pytest.fixture
def distrustful_guard() -> ClockGuard:
    """One that has never compared its clock."""
    return ClockGuard(SystemClock(), [RightTime()])
