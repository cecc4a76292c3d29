"""BullMQ on Redis or Valkey: queues, workers, scans on a schedule, and what a job may carry."""

from duro.queue.job import Job, JobKind
from duro.queue.job_worker import DRAIN_SECONDS, JobWorker
from duro.queue.payload import JobPayload, MalformedPayloadError
from duro.queue.ports import Processor, Scanner
from duro.queue.probe import RedisProbe
from duro.queue.queue import JobQueue
from duro.queue.scan_worker import SCAN_QUEUE, ScanWorker
from duro.queue.settings import STANDARD_SETTINGS, QueueSettings

__all__ = [
    "DRAIN_SECONDS",
    "SCAN_QUEUE",
    "STANDARD_SETTINGS",
    "Job",
    "JobKind",
    "JobPayload",
    "JobQueue",
    "JobWorker",
    "MalformedPayloadError",
    "Processor",
    "QueueSettings",
    "RedisProbe",
    "ScanWorker",
    "Scanner",
]
