"""Calls an HTTP server over so many connections, each one request at a time, and measures; a process of its own.

It reads what to do from its standard input and writes what it measured, both as JSON.
"""

import asyncio
import itertools
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import final

import uvloop


@final
class Caller:
    """Sends requests over several connections for a while; what was begun while warming up isn't counted."""

    def __init__(self, host: str, port: int, requests: Iterator[bytes], *, warm_seconds: float, seconds: float) -> None:
        self._address = (host, port)
        self._requests = requests
        self._from = time.perf_counter() + warm_seconds
        self._until = self._from + seconds
        self.milliseconds: list[float] = []
        self.statuses: Counter[str] = Counter()

    async def converse(self) -> None:
        """Keep one connection busy until the time is up."""
        reader, writer = await asyncio.open_connection(*self._address)
        while (begun := time.perf_counter()) < self._until and (request := next(self._requests, None)):
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(self._length(head))
            done = time.perf_counter()
            if begun >= self._from and done <= self._until:
                self.milliseconds.append((done - begun) * 1_000)
                self.statuses[head[9:12].decode()] += 1
        writer.close()

    @staticmethod
    def _length(head: bytes) -> int:
        lines = head.lower().split(b"\r\n")
        return next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))


async def call(order: dict) -> dict:
    requests = itertools.cycle([request.encode() for request in order["requests"]])
    if order["most"]:
        requests = itertools.islice(requests, order["most"])
    seconds, warm = order["seconds"], order["warm_seconds"]
    caller = Caller(order["host"], order["port"], requests, warm_seconds=warm, seconds=seconds)
    connections = [asyncio.create_task(caller.converse()) for _ in range(order["connections"])]
    done, late = await asyncio.wait(connections, timeout=seconds + warm)
    for task in late:
        task.cancel()
    for task in done:
        task.result()
    taken = sorted(caller.milliseconds) or [float("inf")]
    return {
        "per_second": len(caller.milliseconds) / seconds,
        "p50_ms": taken[len(taken) // 2],
        "p99_ms": taken[len(taken) * 99 // 100],
        "statuses": caller.statuses,
    }


if __name__ == "__main__":
    print(json.dumps(uvloop.run(call(json.load(sys.stdin)))))
