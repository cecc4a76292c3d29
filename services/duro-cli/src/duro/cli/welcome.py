from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from duro.cli.services import ServicePlan


@final
@dataclass(frozen=True, slots=True)
class Welcome:
    """What is said once everything runs: what listens where, and a first request to try."""

    plan: ServicePlan
    pids: Mapping[str, int | None]

    def text(self, api_key: str | None, *, payer_page: str = "") -> str:
        """Return the lines; with a key, a curl command that works as it stands, and a payer's page to look at."""
        plan = self.plan
        rows = [
            ("API", f"{plan.api_url}/v1"),
            ("API docs", f"{plan.api_url}/docs"),
            ("worker", f"{plan.worker_url}/health/ready  {plan.worker_url}/metrics"),
            ("gateway", f"{plan.gateway_url}  (simulated, {plan.gateway_url}/ledger)"),
            ("PostgreSQL", self._without_password(plan.database.admin_url)),
            ("Valkey", self._without_password(plan.redis_url)),
            ("logs", str(plan.home.logs)),
            ("processes", ", ".join(f"{name} {pid}" for name, pid in self.pids.items())),
        ]
        lines = ["", *(f"  {name:<11} {what}" for name, what in rows), ""]
        if api_key is not None:
            lines += [
                "  The demo merchant's test key works at once:",
                f"  curl -H 'Authorization: Bearer {api_key}' '{plan.api_url}/v1/subscriptions?limit=3'",
                "",
            ]
        if payer_page:
            lines += ["  A page that its messages lead payers to:", f"  {payer_page}", ""]
        return "\n".join([*lines, "  Ctrl-C lets everything finish and stops it; twice stops it now.", ""])

    @staticmethod
    def _without_password(url: str) -> str:
        scheme, separator, rest = url.partition("://")
        credentials, at, place = rest.rpartition("@")
        user, colon, _ = credentials.partition(":")
        return f"{scheme}{separator}{user}:…{at}{place}" if colon else url
