"""One billing worker in a process of its own, watched through its metrics."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import final

import httpx
import psutil

from duro.db import RoleUrls


@final
class WorkerUnderLoad:
    """One billing worker in a process of its own, watched through its metrics."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self._process = process
        self._port = port

    @classmethod
    def start(cls, urls: RoleUrls, redis_url: str, *, concurrency: int, port: int) -> "WorkerUnderLoad":
        environment = {
            **os.environ,
            "DURO_PROFILE": "development",
            "DURO_TEST_DATABASE_URL": urls.test,
            "DURO_LIVE_DATABASE_URL": urls.live,
            "DURO_SWEEP_DATABASE_URL": urls.sweep,
            "DURO_REDIS_URL": redis_url,
            "DURO_DUNNING_SECONDS": "60",
            "DURO_MESSAGES_SECONDS": "3600",
            "DURO_GATEWAY_URL": "http://127.0.0.1:1",
            "DURO_WORKER_CONCURRENCY": str(concurrency),
            "DURO_WORKER_HEALTH_PORT": str(port),
        }
        script = Path(__file__).with_name("worker.py")
        process = subprocess.Popen([sys.executable, str(script)], env=environment, stdout=subprocess.DEVNULL)
        return cls(process, port)

    async def work_off(self, counter: str, due: int, *, seconds: float) -> tuple[float, float]:
        """Wait until a counter says that so many are charged; give its rate and the growth of memory after 20 %."""
        charged = re.compile(rf'^{counter}_total\{{mode="test",outcome="charged"\}} ([0-9.e+]+)', re.MULTILINE)
        loop, memory = asyncio.get_running_loop(), psutil.Process(self._process.pid)
        first: tuple[float, int] | None = None
        early: list[int] = []
        deadline = loop.time() + seconds
        async with httpx.AsyncClient() as client:
            while loop.time() < deadline:
                done, now = await self._count(client, charged), loop.time()
                if done and first is None:
                    first = (now, done)
                if 0.15 * due <= done <= 0.30 * due:
                    early.append(memory.memory_info().rss)
                if done >= due and first is not None:
                    rate = (done - first[1]) / (now - first[0])
                    return rate, memory.memory_info().rss / (median(early) if early else 1) - 1
                await asyncio.sleep(0.2)
        message = "The worker didn't get through everything in time."
        raise TimeoutError(message)

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=30)

    async def _count(self, client: httpx.AsyncClient, charged: re.Pattern[str]) -> int:
        try:
            text = (await client.get(f"http://127.0.0.1:{self._port}/metrics", timeout=5)).text
        except httpx.TransportError:
            return 0
        found = charged.search(text)
        return int(float(found[1])) if found else 0
