from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self, final


class Fault(StrEnum):
    """What is done to the running system."""

    WORKER_KILLED = "worker killed"
    WORKER_PAUSED = "worker paused beyond its leases"
    GATEWAY_KILLED = "gateway killed"
    QUEUE_FLUSHED = "queue flushed"
    DATABASE_KILLED = "database killed"


@final
@dataclass(frozen=True, slots=True)
class Strike:
    """One fault, and the share of renewals that must be settled before it comes."""

    at: float
    fault: Fault


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How large a storm is: what is due, who works, how often what is struck, and how long it may last.

    In a storm over recovery each of the renewals was declined two weeks ago, and it is the next try that is due.
    """

    renewals: int
    is_recovery: bool = False
    tenants: int
    workers: int
    worker_kills: int = 0
    gateway_kills: int = 0
    flushes: int = 0
    database_kills: int = 0
    pauses: int = 0
    concurrency: int = 10
    latency_milliseconds: int = 500
    timeout_seconds: int = 2
    lease_seconds: int = 6
    scan_seconds: int = 2
    timeout_after_rate: str = "0.05"
    timeout_before_rate: str = "0.02"
    last_kill_at: float = 0.94
    limit_seconds: float

    @classmethod
    def full(cls) -> Self:
        return cls(
            renewals=10_000,
            tenants=50,
            workers=4,
            worker_kills=42,
            gateway_kills=4,
            flushes=2,
            database_kills=1,
            pauses=2,
            limit_seconds=540,
        )

    @classmethod
    def short(cls) -> Self:
        return cls(
            renewals=1_500,
            tenants=20,
            workers=2,
            worker_kills=10,
            gateway_kills=1,
            flushes=1,
            database_kills=1,
            pauses=1,
            concurrency=20,
            limit_seconds=150,
        )

    @classmethod
    def asked(cls, environ: Mapping[str, str]) -> Self:
        return cls.short() if environ.get("DURO_CHAOS") == "short" else cls.full()

    def of_recovery(self) -> Self:
        """Give the same storm over a third as many renewals."""
        return replace(self, is_recovery=True, renewals=self.renewals // 3)

    @property
    def settled_before(self) -> int:
        """Count the attempts that were settled before the storm began."""
        return self.renewals if self.is_recovery else 0

    @property
    def kills(self) -> int:
        return self.worker_kills + self.gateway_kills

    def strikes(self) -> list[Strike]:
        """Spread the kills evenly over the run and put the rarer faults between them.

        A flush takes the schedules along, and a worker that starts writes them anew: so it comes shortly before a kill.
        """
        strikes = [Strike(at, Fault.WORKER_KILLED) for at in self._spread(self.kills)]
        every = self.kills // (self.gateway_kills or 1)
        for number in range(self.gateway_kills):
            place = number * every + every // 3
            strikes[place] = Strike(strikes[place].at, Fault.GATEWAY_KILLED)
        for fault, count, nudge in (
            (Fault.QUEUE_FLUSHED, self.flushes, -0.03),
            (Fault.DATABASE_KILLED, self.database_kills, 0.02),
            (Fault.WORKER_PAUSED, self.pauses, -0.09),
        ):
            strikes += [Strike((number + 1) / (count + 1) + nudge, fault) for number in range(count)]
        return sorted(strikes, key=lambda strike: strike.at)

    def _spread(self, count: int) -> list[float]:
        return [0.02 + (self.last_kill_at - 0.02) * number / max(1, count - 1) for number in range(count)]
