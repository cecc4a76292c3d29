import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final

from duro.simulator.findings import Findings, Series, Worlds
from duro.simulator.priors import Priors
from duro.simulator.run import Run
from duro.simulator.seeds import SeedBook
from duro.simulator.table import Group, Table


@final
@dataclass(frozen=True, slots=True)
class FindingsJson:
    """Findings as one line for machines: `policies` is the main table, `tables` holds all of them."""

    SUMMARY: ClassVar[tuple[str, ...]] = (
        "recovered_share",
        "attempts_per_case",
        "breaches",
        "messages_per_case",
        "days_to_recovery",
        "kept_share",
    )

    findings: Findings

    def line(self) -> str:
        findings = self.findings
        tables = [self._table(table) for table in findings.tables]
        return json.dumps(
            {
                "payers": findings.payers,
                "months": findings.months,
                "seed_words": SeedBook.words(findings.seeds),
                "seeds": [{"world": seed.world, "chance": seed.chance} for seed in findings.seeds],
                "cases": sum(findings.base.cases),
                "at_risk_minor_units": sum(findings.base.at_risk),
                "priors": self._priors(),
                "tables": tables,
                "sensitivity": [self._varied(worlds) for worlds in findings.varied],
                "policies": [
                    self._run(run, findings.base.series, group) | self._intervals(findings.base.series[run])
                    for group in findings.main.groups
                    for run in group.runs
                ],
            }
        )

    def _priors(self) -> dict[str, object]:
        return {
            name: {
                "low": span.low,
                "high": span.high,
                "source": span.source,
                "drawn": [draws[name] for draws in self.findings.base.draws],
            }
            for name, span in Priors().rows()
        }

    def _table(self, table: Table) -> dict[str, object]:
        series = self.findings.base.series
        return {
            "rails": table.rails.value,
            "windows": table.windows.value,
            "groups": [
                {
                    "tries": None if group.terms is None else group.terms.tries,
                    "days": None if group.terms is None else group.terms.days,
                    "control": group.control.policy,
                    "policies": [self._run(run, series, group) for run in group.runs],
                }
                for group in table.groups
            ],
        }

    def _varied(self, worlds: Worlds) -> dict[str, object]:
        variation, group = worlds.variation, self.findings.main.groups[0]
        return {
            "world": None if variation is None else variation.name,
            "ranges": {} if variation is None else dict(variation.ranges),
            "policies": [self._run(run, worlds.series, group) for run in worlds.series],
        }

    @classmethod
    def _run(cls, run: Run, series: Mapping[Run, Series], group: Group) -> dict[str, object]:
        found = series[run]
        estimates = {name: found.estimate(name) for name in found.measures}
        means = {name: round(one.mean, 6) if one.is_known else None for name, one in estimates.items()}
        return {
            "policy": run.policy,
            "window_days": run.days,
            **{name: means.pop(name) for name in cls.SUMMARY},
            **means,
            "against_control": found.against(series[group.control]).as_json(),
        }

    @staticmethod
    def _intervals(found: Series) -> dict[str, object]:
        return {
            "intervals": {name: found.estimate(name).as_json() for name in found.measures},
            "calibration": [
                {"from": low, "to": high, "charges": charges, "said": said, "approved": approved}
                for low, high, charges, said, approved in found.calibration.rows()
            ],
        }
