from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import final

from whenever import TimeDelta

from duro.gateway_simulator.webhook_settings import WebhookSettings
from duro.kernel import Environment
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
    setup_time: TimeDelta
    public_url: str
    approval_time: TimeDelta
    webhooks: WebhookSettings | None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Read GATEWAY_ variables; raise InvalidInputError with every fault found."""
        environment = Environment(environ)
        before = environment.share("GATEWAY_TIMEOUT_BEFORE_RATE", "0")
        after = environment.share("GATEWAY_TIMEOUT_AFTER_RATE", "0")
        if before + after > 1:
            environment.refuse("GATEWAY_TIMEOUT_AFTER_RATE", "and GATEWAY_TIMEOUT_BEFORE_RATE add up to at most 1")
        host = environment.text("GATEWAY_HOST", "127.0.0.1")
        port = environment.whole("GATEWAY_PORT", 8_403, least=0, most=65_535)
        database = Path(environment.text("GATEWAY_DATABASE", ".duro/gateway-simulator.db"))
        seed = environment.text("GATEWAY_SEED", "duro")
        latency = environment.whole("GATEWAY_LATENCY_MS", 0, least=0, most=600_000)
        slow = environment.whole("GATEWAY_SLOW_MS", 3_000, least=0, most=600_000)
        hold = environment.whole("GATEWAY_HOLD_MS", 30_000, least=0, most=600_000)
        is_hanging = environment.flag("GATEWAY_HANG")
        setup = environment.whole("GATEWAY_MANDATE_SETUP_SECONDS", 7_200, least=0, most=604_800)
        public_url = environment.text("GATEWAY_PUBLIC_URL", "").rstrip("/")
        if public_url and not WebhookSettings.is_address(public_url):
            environment.refuse("GATEWAY_PUBLIC_URL", "is an address such as http://127.0.0.1:8403")
        approval = environment.whole("GATEWAY_APPROVAL_SECONDS", 900, least=0, most=86_400)
        webhooks = WebhookSettings.read(environment, seed=seed)
        environment.require_sound()
        return cls(
            host=host,
            port=port,
            database=database,
            faults=FaultPlan(timeout_before_rate=before, timeout_after_rate=after, seed=seed),
            latency=TimeDelta(milliseconds=latency),
            slow=TimeDelta(milliseconds=slow),
            hold=TimeDelta(milliseconds=hold),
            is_hanging=is_hanging,
            setup_time=TimeDelta(seconds=setup),
            public_url=public_url,
            approval_time=TimeDelta(seconds=approval),
            webhooks=webhooks,
        )
