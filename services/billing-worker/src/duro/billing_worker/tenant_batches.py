import asyncio
from typing import Final, Generic, final

import structlog

from duro.billing_worker.ports import Result, Subject, WorksOnEach
from duro.kernel import TenantId

WINDOW_SECONDS: Final = 0.02
MOST: Final = 50


@final
class TenantBatches(Generic[Subject, Result]):
    """Lets jobs of one tenant that come at nearly the same time share a claim; each learns its own result.

    If a batch fails, each of its jobs that has no result yet is tried alone, so that one can't hold up the others.
    """

    def __init__(
        self, work: WorksOnEach[Subject, Result], *, window_seconds: float = WINDOW_SECONDS, most: int = MOST
    ) -> None:
        self._work = work
        self._window_seconds = window_seconds
        self._most = most
        self._open: dict[TenantId, dict[Subject, asyncio.Future[Result]]] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._log = structlog.stdlib.get_logger("duro.billing_worker")

    async def work(self, tenant_id: TenantId, subject: Subject) -> Result:
        """Work on one subject, together with others of its tenant that are asked for meanwhile."""
        batch = self._open.get(tenant_id)
        if batch is None:
            batch = self._open[tenant_id] = {}
            task = asyncio.create_task(self._run(tenant_id, batch))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        result = batch.get(subject)
        if result is None:
            result = batch[subject] = asyncio.get_running_loop().create_future()
        if len(batch) >= self._most:
            self._close(tenant_id, batch)
        return await asyncio.shield(result)

    def _close(self, tenant_id: TenantId, batch: dict[Subject, asyncio.Future[Result]]) -> None:
        if self._open.get(tenant_id) is batch:
            del self._open[tenant_id]

    async def _run(self, tenant_id: TenantId, batch: dict[Subject, asyncio.Future[Result]]) -> None:
        await asyncio.sleep(self._window_seconds)
        self._close(tenant_id, batch)
        if error := await self._failure(tenant_id, batch):
            self._log.warning("batch_failed", tenant=str(tenant_id), jobs=len(batch), error=repr(error))
        left = {subject: result for subject, result in batch.items() if not result.done()}
        await asyncio.gather(*(self._alone(tenant_id, {one: result}) for one, result in left.items()))

    async def _alone(self, tenant_id: TenantId, single: dict[Subject, asyncio.Future[Result]]) -> None:
        error = await self._failure(tenant_id, single)
        for result in single.values():
            if error is not None and not result.done():
                result.set_exception(error)

    async def _failure(self, tenant_id: TenantId, batch: dict[Subject, asyncio.Future[Result]]) -> BaseException | None:
        telling = asyncio.create_task(self._tell(tenant_id, batch))
        await asyncio.wait({telling})
        return telling.exception()

    async def _tell(self, tenant_id: TenantId, batch: dict[Subject, asyncio.Future[Result]]) -> None:
        async for subject, result in self._work(tenant_id, list(batch)):
            batch[subject].set_result(result)
