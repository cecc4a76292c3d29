import json

import numpy as np
import pytest

from duro.simulator.comparison import Comparison, Setting, Windows
from duro.simulator.estimate import Estimate
from duro.simulator.policies.catalogue import Catalogue
from duro.simulator.policies.ladder import Ladder
from duro.simulator.post import Rails
from duro.simulator.seeds import SeedBook
from duro.simulator.simulation_report import SimulationReport
from duro.simulator.terms import Terms
from duro.simulator.timeline import Timeline


@pytest.fixture(scope="module")
def findings():
    seeds = SeedBook.DEVELOPMENT[:2]
    return Comparison(payers=200, months=2, seeds=seeds, policies=Catalogue.NAMES).run(lambda _: None)


class TestComparison:
    def test_measures_every_policy_in_every_setting_and_seed(self, findings):
        assert len(findings.results) == len(Catalogue.NAMES) * len(Setting.every())
        assert all(len(values) == 2 for result in findings.results for values in result.measures.values())

    def test_gives_each_policy_its_own_window_or_all_the_same(self, findings):
        own = {r.policy: r.window_days for r in findings.of(Setting(Windows.OWN, Rails.NONE))}
        assert own["ladder_1_3_5_7"] == 14
        assert own["duro_calendar"] == 35
        assert {r.window_days for r in findings.of(Setting(Windows.EQUAL, Rails.NONE))} == {30}

    def test_says_each_step_once(self):
        comparison = Comparison(
            payers=60, months=1, seeds=SeedBook.DEVELOPMENT[:2], policies=("even_2_in_9", "fixed_daily")
        )
        said: list[str] = []
        comparison.run(said.append)
        assert len(said) == comparison.steps == 6


class TestSimulationReport:
    def test_ends_in_one_line_of_json_with_every_policy(self, findings):
        line = SimulationReport(findings).as_json()
        assert "\n" not in line
        read = json.loads(line)
        assert [policy["policy"] for policy in read["policies"]] == list(Catalogue.NAMES)
        for policy in read["policies"]:
            assert {
                "recovered_share",
                "attempts_per_case",
                "breaches",
                "messages_per_case",
                "days_to_recovery",
                "kept_share",
            } <= set(policy)
            assert 0 < policy["recovered_share"] < 1
        assert len(read["tables"]) == 4
        assert all(len(prior["drawn"]) == 2 and prior["source"] for prior in read["priors"].values())

    def test_puts_the_best_first_and_compares_with_the_control(self, findings):
        rows = SimulationReport(findings).rows(Setting(Windows.EQUAL, Rails.NONE))
        assert rows[0][0] == "oracle"
        assert all(len(row) == len(SimulationReport.HEADINGS) for row in rows)
        against = {row[0]: row[3] for row in rows}
        assert against["even_6_in_30"] == "–"
        assert against["oracle"].startswith("+")
        assert against["half_hourly_3"].startswith("-")

    def test_says_what_came_back_of_each_reason_and_by_when(self, findings):
        report, setting = SimulationReport(findings), Setting(Windows.EQUAL, Rails.NONE)
        assert {len(row) for row in report.reasons(setting)} == {len(SimulationReport.REASONS)}
        for policy, *shares in report.curve(setting):
            assert shares == sorted(shares, key=float), policy

    def test_prints_every_prior(self, findings):
        assert len(SimulationReport(findings).priors()) == len(findings.draws[0])


class TestEstimate:
    @pytest.mark.parametrize(("count", "quantile"), [(2, 12.706), (6, 2.571), (7, 2.447), (20, 2.093), (24, 2.069)])
    def test_spans_the_interval_of_students_t(self, count, quantile):
        values = list(np.random.default_rng(count).normal(size=count))
        estimate = Estimate.of(values)
        half = quantile * np.std(values, ddof=1) / np.sqrt(count)
        assert estimate.high - estimate.mean == pytest.approx(half, rel=1e-3)
        assert estimate.mean - estimate.low == pytest.approx(half, rel=1e-3)

    def test_has_no_interval_of_one_seed(self):
        assert Estimate.of([0.5]) == Estimate(0.5, None, None)


class TestLadder:
    def test_spreads_tries_evenly(self):
        ladder = Ladder.even(Terms(6, 30))
        assert ladder.window_days == 30
        assert [step / Timeline.DAY for step in ladder.steps] == [5, 10, 15, 20, 25, 30]
