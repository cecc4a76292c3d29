from typing import final

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from duro.kernel import Mode
from duro.merchant_api.billing import RenewalOutcome
from duro.merchant_api.messages import Telling


@final
class WorkerMetrics:
    """What the worker counts, in the text form that Prometheus reads."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._renewals = self._counter("duro_renewals", "Renewals by outcome.")
        self._cases = self._counter("duro_recovery_cases", "Recovery cases that were worked on, by outcome.")
        self._resolved = self._counter("duro_pending_resolved", "Pending attempts that were looked up, by outcome.")
        self._refunds = self._counter("duro_refunds", "Pending refunds that were sent, by outcome.")
        self._requests = self._counter("duro_payment_requests", "Requests for pushed money looked at, by outcome.")
        self._mandates = self._counter("duro_mandates", "Mandates that were looked up, by how they stood.")
        self._driven = self._counter("duro_incomplete_driven", "Unfinished starts that were taken further, by outcome.")
        self._tellings = Counter(
            "duro_messages",
            "Messages that were looked at, by outcome and by whose trouble was met on the way.",
            ["mode", "kind", "channel", "outcome", "trouble"],
            registry=self._registry,
        )
        self._reminders = Counter(
            "duro_reminders_written", "Reminders of renewals that were written.", ["mode"], registry=self._registry
        )
        self.oldest_due_lag = self._gauge("duro_oldest_due_lag_seconds", "How late the oldest due renewal is.", "mode")
        self.pending_attempts = self._gauge("duro_pending_attempts", "Attempts whose lease is over.", "mode")
        self.attempts_in_review = self._gauge("duro_attempts_in_review", "Attempts that wait for a person.", "mode")
        self.refunds_needing_attention = self._gauge(
            "duro_refunds_needing_attention", "Refused refunds that wait for a person.", "mode"
        )
        self.queue_depth = self._gauge("duro_queue_depth", "Jobs that wait or run.", "queue")
        self.jobs_in_progress = self._gauge("duro_jobs_in_progress", "Jobs that run in this process.", "queue")
        for mode in Mode:
            for outcome in RenewalOutcome:
                self._renewals.labels(mode.value, outcome.value)

    def renewed(self, mode: Mode, outcome: RenewalOutcome) -> None:
        self._renewals.labels(mode.value, outcome.value).inc()

    def recovered(self, mode: Mode, outcome: RenewalOutcome) -> None:
        self._cases.labels(mode.value, outcome.value).inc()

    def resolved(self, mode: Mode, outcome: RenewalOutcome) -> None:
        self._resolved.labels(mode.value, outcome.value).inc()

    def refunded(self, mode: Mode, outcome: str) -> None:
        self._refunds.labels(mode.value, outcome).inc()

    def asked(self, mode: Mode, outcome: str) -> None:
        self._requests.labels(mode.value, outcome).inc()

    def looked_up(self, mode: Mode, outcome: str) -> None:
        self._mandates.labels(mode.value, outcome).inc()

    def driven(self, mode: Mode, outcome: RenewalOutcome) -> None:
        self._driven.labels(mode.value, outcome.value).inc()

    def told(self, mode: Mode, telling: Telling) -> None:
        kind = "" if telling.kind is None else telling.kind.value
        channel = "" if telling.channel is None else telling.channel.value
        trouble = "" if telling.trouble is None else telling.trouble.value
        self._tellings.labels(mode.value, kind, channel, telling.outcome.value, trouble).inc()

    def reminded(self, mode: Mode, written: int) -> None:
        self._reminders.labels(mode.value).inc(written)

    def render(self) -> bytes:
        """Write everything in the text exposition format."""
        return generate_latest(self._registry)

    def _counter(self, name: str, words: str) -> Counter:
        return Counter(name, words, ["mode", "outcome"], registry=self._registry)

    def _gauge(self, name: str, words: str, label: str) -> Gauge:
        return Gauge(name, words, [label], registry=self._registry)
