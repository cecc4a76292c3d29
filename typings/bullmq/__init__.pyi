from asyncio import Task
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypedDict

from redis.asyncio import Redis

class BackoffOptions(TypedDict, total=False):
    type: str
    delay: int

class JobOptions(TypedDict, total=False):
    jobId: str
    delay: int
    attempts: int
    backoff: BackoffOptions
    removeOnComplete: bool
    removeOnFail: bool
    stackTraceLimit: int

class BulkJob(TypedDict):
    name: str
    data: Mapping[str, str]
    opts: JobOptions

class RepeatOptions(TypedDict, total=False):
    every: int

class SchedulerRecord(TypedDict, total=False):
    key: str
    name: str
    next: int | None
    every: int

class QueueOptions(TypedDict, total=False):
    connection: Redis
    prefix: str
    skipVersionCheck: bool

class WorkerOptions(QueueOptions, total=False):
    autorun: bool
    concurrency: int
    drainDelay: int
    lockDuration: int
    maxStalledCount: int
    stalledInterval: int
    runRetryDelay: int

class Backend:
    async def extendLocks(self, job_ids: list[str], tokens: list[str], duration: int) -> list[str] | None: ...

class Job:
    id: str
    name: str
    data: object
    attemptsMade: int
    token: str | None
    async def moveToDelayed(self, timestamp: int, token: str) -> None: ...

class Queue:
    def __init__(self, name: str, opts: QueueOptions) -> None: ...
    async def add(self, name: str, data: Mapping[str, str], opts: JobOptions) -> Job: ...
    async def addBulk(self, jobs: list[BulkJob]) -> list[Job]: ...
    async def getJobCounts(self, *types: str) -> dict[str, int]: ...
    async def upsertJobScheduler(
        self,
        job_scheduler_id: str,
        repeat_opts: RepeatOptions,
        job_name: str,
        job_data: Mapping[str, str],
        opts: JobOptions,
    ) -> Job | None: ...
    async def getJobSchedulers(self) -> Sequence[SchedulerRecord]: ...
    async def removeJobScheduler(self, job_scheduler_id: str) -> int: ...
    async def close(self) -> None: ...

class Worker:
    id: str
    backend: Backend
    processing: set[Task[Job | None]]
    def __init__(self, name: str, processor: Callable[[Job, str], Awaitable[None]], opts: WorkerOptions) -> None: ...
    def on(self, event_name: str, function: Callable[..., None]) -> Callable[..., None]: ...
    async def run(self) -> None: ...
    async def close(self, force: bool = False) -> None: ...
