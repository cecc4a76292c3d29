import json
import math

import numpy as np
import pytest

from duro.simulator.comparison import Comparison
from duro.simulator.estimate import Estimate
from duro.simulator.findings_json import FindingsJson
from duro.simulator.policies.catalogue import Catalogue
from duro.simulator.policies.ladder import Ladder
from duro.simulator.post import Rails
from duro.simulator.priors import Priors
from duro.simulator.role import Role
from duro.simulator.seeds import SeedBook
from duro.simulator.simulation_report import SimulationReport
from duro.simulator.table import Table, Windows
from duro.simulator.terms import Terms
from duro.simulator.timeline import Timeline
from duro.simulator.variation import Variation


@pytest.fixture(scope="module")
def findings():
    seeds, names = SeedBook.DEVELOPMENT[:2], Catalogue.NAMES
    return Comparison(payers=150, months=2, seeds=seeds, policies=names, variations=Variation.published()[:2]).run(
        lambda _: None
    )


def _rows(sheet):
    return {row[0]: dict(zip(sheet.headings, row, strict=True)) for row in sheet.rows}


class TestSimulationReport:
    def test_puts_the_best_first_and_compares_with_the_control(self, findings):
        sheet = SimulationReport(findings).table(Table.of(Windows.EQUAL, Rails.NONE, Catalogue.NAMES))
        rows = _rows(sheet)
        assert rows["oracle"]["recovered"] == sheet.rows[0][sheet.headings.index("recovered")]
        against = {policy: row["against even_6_in_30"] for policy, row in rows.items()}
        assert against["even_6_in_30"] == "–"
        assert against["oracle"].startswith("+")
        assert against["half_hourly_3"].startswith("-")

    def test_prints_every_range_first(self, findings):
        priors = SimulationReport(findings).sheets()[0]
        assert [row[0] for row in priors.rows] == [name for name, _ in Priors().rows()]

    def test_shows_every_table_and_rows_as_long_as_their_headings(self, findings):
        sheets = SimulationReport(findings).sheets()
        assert len({sheet.title for sheet in sheets}) == len(sheets) == 2 + 12 + 1 + 4 + 1 + 1 + 1
        for sheet in sheets:
            assert sheet.rows, sheet.title
            assert {len(row) for row in sheet.rows} == {len(sheet.headings)}

    def test_shows_more_recovered_by_every_later_day(self, findings):
        for policy, *shares in SimulationReport(findings).curve().rows:
            assert shares == sorted(shares, key=float), policy

    def test_answers_the_main_question_in_a_few_figures(self, findings):
        rows = {words: figure for figure, words in SimulationReport(findings).answer().rows}
        ours, control = findings.best(Role.OURS), findings.control
        series = findings.base.series
        gain = series[ours].against(series[control])
        assert f"{100 * gain.mean:+.1f} points" in rows.values()
        ladder = next(words for words in rows if "the best published ladder" in words)
        assert f"longer window: {ours.policy} has {ours.days}" in ladder
        hard = series[ours].mean("hard_retries")
        assert any(words.endswith(f"{hard:.0f} tries after a hard decline") for words in rows)
        assert any("of the way" in words for words in rows) == (gain.mean > 0)

    def test_shows_the_gain_by_how_much_was_seen_of_a_payer(self, findings):
        gains = {sheet.title.split(" (")[0]: _rows(sheet) for sheet in SimulationReport(findings).parts()}
        found = gains["Points more than the control's of a payer's first failure and of later ones"]
        series, run = findings.base.series, next(run for run in findings.main.runs if run.policy == "duro_learned")
        first = series[run].against(series[findings.control], "recovered_share_at_failure_1")
        assert found["duro_learned"]["failure 1"].startswith(f"{100 * first.mean:+z.1f}")
        assert "even_6_in_30" not in found

    def test_shows_what_knowing_paydays_adds(self, findings):
        (sheet,) = SimulationReport(findings).learning()
        series = {run.policy: findings.base.series[run] for run in findings.main.runs}
        gain = series["duro_learned"].against(series["duro_hedged"])
        assert sheet.rows[0][0].startswith(f"{100 * gain.mean:+z.1f} ")
        last = series["duro_learned"].against(series["duro_hedged"], "recovered_share_at_failure_2")
        assert sheet.rows[0][2].startswith(f"{100 * last.mean:+z.1f}")

    def test_shows_what_changes_when_the_world_is_otherwise(self, findings):
        sheet = SimulationReport(findings).sensitivity()
        assert [row[0] for row in sheet.rows] == ["base", *(one.name for one in Variation.published()[:2])]
        assert "duro_calendar" in sheet.headings
        assert "even_8_in_14" not in sheet.headings

    def test_writes_every_table_in_markdown(self, findings):
        report = SimulationReport(findings)
        text = report.as_markdown()
        assert all(f"{sheet.title}:\n\n| " in text for sheet in report.sheets())

    def test_says_nothing_of_failures_that_nobody_had(self, findings):
        shares, gains = (_rows(sheet) for sheet in list(SimulationReport(findings).parts())[2:])
        assert {row["9 to 36"] for row in (*shares.values(), *gains.values())} == {"–"}


class TestFindingsJson:
    def test_is_one_line_with_every_policy(self, findings):
        line = FindingsJson(findings).line()
        assert "\n" not in line
        read = json.loads(line)
        assert [policy["policy"] for policy in read["policies"]] == list(Catalogue.NAMES)
        for policy in read["policies"]:
            assert set(FindingsJson.SUMMARY) < set(policy)
            assert 0 < policy["recovered_share"] < 1
            assert policy["recovered_share_at_failure_9"] is None
        assert len(read["tables"]) == 12
        assert all(len(prior["drawn"]) == 2 and prior["source"] for prior in read["priors"].values())
        assert [varied["world"] for varied in read["sensitivity"]] == [v.name for v in Variation.published()[:2]]


class TestEstimate:
    @pytest.mark.parametrize(("count", "quantile"), [(2, 12.706), (6, 2.571), (7, 2.447), (20, 2.093), (24, 2.069)])
    def test_spans_the_interval_of_students_t(self, count, quantile):
        values = list(np.random.default_rng(count).normal(size=count))
        estimate = Estimate.of(values)
        half = quantile * np.std(values, ddof=1) / np.sqrt(count)
        assert estimate.high - estimate.mean == pytest.approx(half, rel=1e-3)
        assert estimate.mean - estimate.low == pytest.approx(half, rel=1e-3)

    def test_is_of_the_seeds_that_have_something_to_measure(self):
        assert Estimate.of([0.5, math.nan, 0.7]) == Estimate.of([0.5, 0.7])
        nothing = Estimate.of([math.nan, math.nan])
        assert not nothing.is_known
        assert nothing.as_json() == {"mean": None, "low": None, "high": None}

    def test_has_no_interval_of_one_seed(self):
        assert Estimate.of([0.5]) == Estimate(0.5, None, None)


class TestLadder:
    def test_spreads_tries_evenly(self):
        ladder = Ladder.even(Terms(6, 30))
        assert ladder.window_days == 30
        assert [step / Timeline.DAY for step in ladder.steps] == [5, 10, 15, 20, 25, 30]
