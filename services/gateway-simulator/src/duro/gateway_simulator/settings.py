from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import final

from whenever import TimeDelta

from duro.gateway_simulator.environment import Environment
from duro.kernel import InvalidInputError
from duro.payments.simulated import FaultPlan


@final
@dataclass(frozen=True, slots=True)
class Settings:
    """Where the simulated provider listens, where its ledger lies, and how badly it behaves."""

    host: str
    port: int
    database: Path
    faults: FaultPlan
    latency: TimeDelta
    slow: TimeDelta
    hold: TimeDelta
    is_hanging: bool

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Read GATEWAY_ variables; raise InvalidInputError with every fault found."""
        environment = Environment(environ)
        before = environment.fraction("GATEWAY_TIMEOUT_BEFORE_RATE", default="0")
        after = environment.fraction("GATEWAY_TIMEOUT_AFTER_RATE", default="0")
        if before + after > 1:
            environment.refuse("GATEWAY_TIMEOUT_AFTER_RATE", "The two rates of time-outs add up to at most 1.")
        host = environment.text("GATEWAY_HOST", default="127.0.0.1")
        port = environment.whole("GATEWAY_PORT", default="8403", least=0, most=65_535)
        database = Path(environment.text("GATEWAY_DATABASE", default=".duro/gateway-simulator.db"))
        seed = environment.text("GATEWAY_SEED", default="duro")
        latency = environment.whole("GATEWAY_LATENCY_MS", default="0", least=0, most=600_000)
        slow = environment.whole("GATEWAY_SLOW_MS", default="3000", least=0, most=600_000)
        hold = environment.whole("GATEWAY_HOLD_MS", default="30000", least=0, most=600_000)
        is_hanging = environment.flag("GATEWAY_HANG")
        if environment.faults:
            raise InvalidInputError(environment.faults)
        return cls(
            host=host,
            port=port,
            database=database,
            faults=FaultPlan(timeout_before_rate=before, timeout_after_rate=after, seed=seed),
            latency=TimeDelta(milliseconds=latency),
            slow=TimeDelta(milliseconds=slow),
            hold=TimeDelta(milliseconds=hold),
            is_hanging=is_hanging,
        )
