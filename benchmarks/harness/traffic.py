"""What merchants ask the API for, sent from a process of its own."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

from duro.db import DatabasePool
from duro.kernel import CustomerId, PaymentMethodId, SubscriptionId
from harness.due import SeededTenant

_SUBJECTS: Final = """
select id, customer_id, payment_method_id from test.subscriptions where tenant_id = $1
order by current_period_end desc, id limit $2"""


@final
@dataclass(frozen=True, slots=True)
class Measured:
    """How a server answered one kind of request during one stretch of time."""

    per_second: float
    p50_ms: float
    p99_ms: float

    @classmethod
    def read(cls, text: bytes, *, allowed: frozenset[str]) -> "Measured":
        """Raise if any answer was another than the allowed ones, or there was none."""
        said = json.loads(text)
        statuses = Counter(said.pop("statuses"))
        if not statuses or set(statuses) - allowed:
            message = f"The server answered {dict(statuses)}."
            raise AssertionError(message)
        return cls(**said)


@final
@dataclass(frozen=True, slots=True)
class Server:
    """Where one server listens, and how it is called: over so many connections, for so long at a time."""

    port: int
    connections: int
    seconds: float

    async def measure(self, requests: Sequence[str]) -> Measured:
        """Call it for one stretch of time and wait for the figures."""
        return await self._end(await self._begin(requests, self.connections, self.seconds))

    @asynccontextmanager
    async def holding(self, requests: Sequence[str], *, count: int, least_seconds: float) -> AsyncIterator[None]:
        """Send so many more requests, all at once, and wait for every answer before the context ends.

        Raise if half of them were answered sooner than they should have been held.
        """
        process = await self._begin(requests, count, 60, warm_seconds=0, most=count)
        try:
            yield
            measured = await self._end(process)
        except BaseException:
            if process.returncode is None:
                process.kill()
            raise
        if measured.p50_ms < least_seconds * 1_000:
            message = f"The answers came after {measured.p50_ms} ms already."
            raise AssertionError(message)

    @staticmethod
    async def _end(process: asyncio.subprocess.Process) -> Measured:
        said, _ = await process.communicate()
        if process.returncode:
            message = "The load could not be sent."
            raise RuntimeError(message)
        return Measured.read(said, allowed=frozenset({"200", "201"}))

    async def _begin(
        self, requests: Sequence[str], connections: int, seconds: float, *, warm_seconds: float = 1, most: int = 0
    ) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(Path(__file__).with_name("load.py")),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        order = {
            "host": "127.0.0.1",
            "port": self.port,
            "requests": list(requests),
            "connections": connections,
            "seconds": seconds,
            "warm_seconds": warm_seconds,
            "most": most,
        }
        assert process.stdin is not None
        process.stdin.write(json.dumps(order).encode())
        await process.stdin.drain()
        process.stdin.close()
        return process


@final
@dataclass(frozen=True, slots=True)
class Traffic:
    """The requests of many merchants, in turn: each with its own key and about its own subscriptions."""

    requests: Mapping[str, tuple[str, ...]]

    @classmethod
    async def of(cls, pool: DatabasePool, tenants: Sequence[SeededTenant], *, each: int = 20) -> "Traffic":
        requests: dict[str, list[str]] = {"live": [cls._request("GET", "/health/live", "")]}
        requests |= {act: [] for act in ("get", "list", "trial", "start")}
        async with pool.acquire() as connection:
            subjects = [await connection.fetch(_SUBJECTS, one.tenant.id.value, each) for one in tenants]
        for turn in zip(*subjects, strict=True):
            for one, row in zip(tenants, turn, strict=True):
                key = one.secret.text
                body = {
                    "customerId": str(CustomerId(row["customer_id"])),
                    "planId": str(one.plan.id),
                    "paymentMethodId": str(PaymentMethodId(row["payment_method_id"])),
                }
                path = f"/v1/subscriptions/{SubscriptionId(row['id'])}"
                requests["get"].append(cls._request("GET", path, key))
                requests["list"].append(cls._request("GET", "/v1/subscriptions?limit=20", key))
                requests["trial"].append(cls._request("POST", "/v1/subscriptions", key, {**body, "trialDays": 14}))
                requests["start"].append(cls._request("POST", "/v1/subscriptions", key, body))
        return cls({act: tuple(written) for act, written in requests.items()})

    @staticmethod
    def _request(method: str, path: str, key: str, body: Mapping[str, object] | None = None) -> str:
        content = "" if body is None else json.dumps(body)
        headers = ["Host: 127.0.0.1", f"Authorization: Bearer {key}"]
        if content:
            headers += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
        return "\r\n".join([f"{method} {path} HTTP/1.1", *headers, "", content])
