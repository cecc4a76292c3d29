import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, final

from duro.simulator.comparison import Findings, Result, Setting
from duro.simulator.estimate import Estimate
from duro.simulator.outcome import Outcome
from duro.simulator.post import Rails
from duro.simulator.priors import Priors

_SUMMARY: Final = (
    "recovered_share",
    "attempts_per_case",
    "breaches",
    "messages_per_case",
    "days_to_recovery",
    "kept_share",
)


@final
@dataclass(frozen=True, slots=True)
class SimulationReport:
    """Findings in words and figures: rows for tables, and JSON. Every share is of all money that failed."""

    CONTROL: ClassVar[str] = "even_6_in_30"
    HEADINGS: ClassVar[tuple[str, ...]] = (
        "policy",
        "window",
        "recovered",
        "against even_6_in_30",
        "tries",
        "breaches",
        "messages",
        "days",
        "kept",
        "canceled",
    )

    REASONS: ClassVar[tuple[str, ...]] = (
        "policy",
        *(reason.name.lower().replace("_", " ") for reason in Outcome.REASONS),
    )
    CURVE: ClassVar[tuple[str, ...]] = ("policy", *(f"by day {day}" for day in Outcome.CURVE_DAYS))

    findings: Findings

    def title(self, setting: Setting) -> str:
        rails = "card only" if setting.rails is Rails.NONE else f"with rails for {setting.rails.value}"
        days = f"{Setting.EQUAL_DAYS} days for all" if setting.windows.value == "equal" else "each policy's own window"
        return f"{rails}, {days}"

    def rows(self, setting: Setting) -> tuple[tuple[str, ...], ...]:
        """Return one row per policy, best first."""
        found = self.findings.of(setting)
        control = next((result for result in found if result.policy == self.CONTROL), None)
        return tuple(self._row(result, control) for result in self._best_first(setting))

    def reasons(self, setting: Setting) -> tuple[tuple[str, ...], ...]:
        """Return what each policy brings back, in per cent, of the money that failed for each of REASONS."""
        return self._shares(setting, [f"recovered_share_of_{reason.name.lower()}" for reason in Outcome.REASONS])

    def curve(self, setting: Setting) -> tuple[tuple[str, ...], ...]:
        """Return what each policy has brought back, in per cent of all money at risk, by each day of CURVE."""
        return self._shares(setting, [f"recovered_share_by_day_{day}" for day in Outcome.CURVE_DAYS])

    def _shares(self, setting: Setting, measures: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        return tuple(
            (result.policy, *(self._percent(self._mean(result, measure)) for measure in measures))
            for result in self._best_first(setting)
        )

    def _best_first(self, setting: Setting) -> list[Result]:
        return sorted(self.findings.of(setting), key=lambda result: -self._mean(result, "recovered_share"))

    def priors(self) -> tuple[tuple[str, str, str, str], ...]:
        """Return each range with the mean of what the worlds drew from it and where it comes from."""
        rows: list[tuple[str, str, str, str]] = []
        for name, span in Priors().rows():
            drawn = [draws[name] for draws in self.findings.draws]
            rows.append((name, f"{span.low:g} to {span.high:g}", f"{sum(drawn) / len(drawn):.3g}", span.source))
        return tuple(rows)

    def as_json(self) -> str:
        """Return one line; `policies` holds the card-only table with each policy's own window, `tables` all of them."""
        tables = [
            {
                "rails": setting.rails.value,
                "windows": setting.windows.value,
                "policies": [self._policy(result) for result in self.findings.of(setting)],
            }
            for setting in self._settings()
        ]
        return json.dumps(
            {
                "payers": self.findings.payers,
                "months": self.findings.months,
                "seeds": [{"world": seed.world, "chance": seed.chance} for seed in self.findings.seeds],
                "cases": sum(self.findings.cases),
                "at_risk_minor_units": sum(self.findings.at_risk),
                "priors": {
                    name: {
                        "low": span.low,
                        "high": span.high,
                        "source": span.source,
                        "drawn": [draws[name] for draws in self.findings.draws],
                    }
                    for name, span in Priors().rows()
                },
                "tables": tables,
                "policies": tables[0]["policies"] if tables else [],
            }
        )

    def _settings(self) -> tuple[Setting, ...]:
        return tuple(dict.fromkeys(result.setting for result in self.findings.results))

    def _policy(self, result: Result) -> dict[str, object]:
        means = {name: self._mean(result, name) for name in result.measures}
        return {
            "policy": result.policy,
            "window_days": result.window_days,
            **{name: means.pop(name) for name in _SUMMARY},
            **means,
            "intervals": {name: Estimate.of(result.measures[name]).as_json() for name in result.measures},
        }

    def _row(self, result: Result, control: Result | None) -> tuple[str, ...]:
        share = Estimate.of(result.measures["recovered_share"])
        return (
            result.policy,
            f"{result.window_days} d",
            f"{100 * share.mean:.1f} ({self._interval(share)})",
            self._against(result, control),
            f"{self._mean(result, 'attempts_per_case'):.2f}",
            f"{self._mean(result, 'breaches'):,.0f}",
            f"{self._mean(result, 'messages_per_case'):.2f}",
            f"{self._mean(result, 'days_to_recovery'):.1f}",
            self._percent(self._mean(result, "kept_share")),
            self._percent(self._mean(result, "canceled_share")),
        )

    @classmethod
    def _against(cls, result: Result, control: Result | None) -> str:
        """Say the difference to the control in points, paired by seed."""
        if control is None or result is control:
            return "–"
        pairs = zip(result.measures["recovered_share"], control.measures["recovered_share"], strict=True)
        difference = Estimate.of([ours - theirs for ours, theirs in pairs])
        return f"{100 * difference.mean:+.1f} ({cls._interval(difference)})"

    @staticmethod
    def _interval(estimate: Estimate) -> str:
        if estimate.low is None or estimate.high is None:
            return "one seed"
        return f"{100 * estimate.low:.1f}…{100 * estimate.high:.1f}"

    @staticmethod
    def _percent(share: float) -> str:
        return f"{100 * share:.1f}"

    @staticmethod
    def _mean(result: Result, measure: str) -> float:
        values: Sequence[float] = result.measures[measure]
        return sum(values) / len(values)
