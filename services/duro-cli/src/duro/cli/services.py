import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, final

from duro.cli.home import Home
from duro.cli.ports import LOOPBACK, PortPlan
from duro.cli.prepared_database import PreparedDatabase
from duro.cli.supervision.child import ChildUnit
from duro.cli.supervision.readiness import ReadinessProbe
from duro.crypto import LinkSigner

_LIVELY: Final = {
    "DURO_SCAN_SECONDS": "5",
    "DURO_PENDING_SECONDS": "5",
    "DURO_DUNNING_SECONDS": "5",
    "DURO_MESSAGES_SECONDS": "5",
}
_PROFILE: Final = "DURO_PROFILE"
_SIGNED_WITH: Final = "DURO_GATEWAY_WEBHOOK_SECRET"
_LINKED_FROM: Final = "DURO_LINK_BASE"
_LINKED_WITH: Final = "DURO_LINK_KEY"
_CARDS_BY: Final = "DURO_CARD_KEY"


@final
@dataclass(frozen=True, slots=True)
class ServicePlan:
    """How the services are started: their words, environment, ports and logs.

    The administrator's way into the database is kept from them. On a developer's machine the scans are frequent, so
    that what falls due is seen at once, and messages have links to the pages that this public API serves.
    """

    home: Home
    environ: Mapping[str, str]
    ports: PortPlan
    database: PreparedDatabase
    redis_url: str
    webhook_secret: str
    link_key: str
    card_key: str

    @property
    def gateway_url(self) -> str:
        return self.environ.get("DURO_GATEWAY_URL") or f"http://{LOOPBACK}:{self.ports.gateway}"

    @property
    def api_url(self) -> str:
        host = self.ports.reachable_host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.ports.public_api}"

    @property
    def worker_url(self) -> str:
        return f"http://{LOOPBACK}:{self.ports.worker_health}"

    @property
    def link_base(self) -> str:
        """Where payers' pages are."""
        return self.environ.get(_LINKED_FROM) or f"{self.api_url}/"

    @property
    def link_signer(self) -> LinkSigner:
        """What signs links as the worker does, with the first of the keys that the API accepts."""
        given = self.environ.get(_LINKED_WITH) or self.link_key
        return LinkSigner([given.partition(",")[0].strip().encode()])

    @property
    def _signing_secret(self) -> str:
        """The first of the secrets that the API accepts."""
        return (self.environ.get(_SIGNED_WITH) or self.webhook_secret).partition(",")[0].strip()

    def gateways(self) -> list[ChildUnit]:
        """Return the gateway simulator, or nothing when another gateway was named."""
        if self.environ.get("DURO_GATEWAY_URL"):
            return []
        where = ("--host", LOOPBACK, "--port", str(self.ports.gateway))
        words = (*where, "--database", str(self.home.gateway_ledger))
        probe = ReadinessProbe(LOOPBACK, self.ports.gateway)
        return [self._child("gateway-simulator", "duro.gateway_simulator", *words, probe=probe, drain_seconds=10)]

    def services(self) -> list[ChildUnit]:
        return [
            self._child(
                *("public-api", "duro.public_api"),
                probe=ReadinessProbe(self.ports.reachable_host, self.ports.public_api),
                drain_seconds=15,
            ),
            self._child(
                *("billing-worker", "duro.billing_worker"),
                probe=ReadinessProbe(LOOPBACK, self.ports.worker_health),
                drain_seconds=28,
            ),
        ]

    def _child(self, name: str, module: str, *words: str, probe: ReadinessProbe, drain_seconds: float) -> ChildUnit:
        return ChildUnit(
            name=name,
            arguments=(sys.executable, "-m", module, *words),
            environment=self._environment(),
            log_path=self.home.logs / f"{name}.log",
            probe=probe,
            drain_seconds=drain_seconds,
        )

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in self.environ.items() if name != "DURO_DATABASE_URL"}
        roles = self.database.roles
        is_development = inherited.get(_PROFILE, "development") == "development"
        links = {_LINKED_FROM: self.link_base, _LINKED_WITH: self.link_key}
        usual = {
            _PROFILE: "development",
            "DURO_TEST_DATABASE_URL": roles.test,
            "DURO_LIVE_DATABASE_URL": roles.live,
            "DURO_SWEEP_DATABASE_URL": roles.sweep,
            _SIGNED_WITH: self.webhook_secret,
            _CARDS_BY: self.card_key,
            "GATEWAY_WEBHOOK_URL": f"{self.api_url}/webhooks/inbound/simulated",
            "GATEWAY_WEBHOOK_SECRET": self._signing_secret,
            **({**_LIVELY, **links} if is_development else {}),
        }
        fixed = {
            "DURO_REDIS_URL": self.redis_url,
            "DURO_GATEWAY_URL": self.gateway_url,
            "DURO_PUBLIC_API_HOST": self.ports.host,
            "DURO_PUBLIC_API_PORT": str(self.ports.public_api),
            "DURO_WORKER_HEALTH_HOST": LOOPBACK,
            "DURO_WORKER_HEALTH_PORT": str(self.ports.worker_health),
            "PYTHONUNBUFFERED": "1",
        }
        return usual | inherited | fixed
