import pytest

from duro.simulator.comparison import Comparison
from duro.simulator.crew import Crew
from duro.simulator.estimate import Estimate
from duro.simulator.policies.catalogue import Catalogue
from duro.simulator.post import Rails
from duro.simulator.run import Run
from duro.simulator.seeds import SeedBook
from duro.simulator.table import Table, Windows
from duro.simulator.terms import Terms
from duro.simulator.variation import Variation

_SEEDS = SeedBook.DEVELOPMENT[:2]


@pytest.fixture(scope="module")
def few():
    return Comparison(
        payers=80,
        months=2,
        seeds=_SEEDS,
        policies=("ladder_2_7_14_21", "duro_calendar", "oracle"),
        variations=Variation.published()[:2],
        windows=(Windows.OWN, Windows.RIVALS),
        rails=(Rails.NONE,),
    )


class TestTable:
    def test_puts_four_questions_with_each_way_to_treat_rails(self):
        tables = Table.every(Catalogue.NAMES)
        assert len(tables) == len({(table.windows, table.rails) for table in tables}) == 4 * 3
        assert len({table.words for table in tables}) == len(tables)

    def test_gives_each_policy_its_own_window_or_all_the_same(self):
        own, equal = (Table.of(windows, Rails.NONE, Catalogue.NAMES) for windows in (Windows.OWN, Windows.EQUAL))
        days = {run.policy: run.days for run in own.runs}
        assert (days["ladder_1_3_5_7"], days["duro_calendar"], days["oracle"]) == (14, 35, 30)
        assert {run.days for run in equal.runs} == {30}

    def test_always_shows_the_control(self):
        table = Table.of(Windows.OWN, Rails.ALL, ("fixed_daily",))
        assert [run.policy for run in table.runs] == ["fixed_daily", "even_6_in_30"]
        assert table.groups[0].control == Run("even_6_in_30", Rails.ALL, 30)

    def test_sets_our_policies_against_rivals_on_the_terms_of_each(self):
        table = Table.of(Windows.RIVALS, Rails.NONE, ("ladder_1_3_5_7", "even_4_in_14", "duro_calendar", "oracle"))
        (group,) = table.groups
        assert group.terms == Terms(4, 14)
        assert [run.policy for run in group.runs] == ["ladder_1_3_5_7", "even_4_in_14", "duro_calendar_4_in_14"]
        assert group.control.policy == "even_4_in_14"
        assert {run.days for run in group.runs} == {14}

    def test_sets_them_against_evenly_spread_tries_as_many_over_30_days(self):
        table = Table.of(Windows.EQUAL_TRIES, Rails.NONE, ("ladder_8_8_8", "even_8_in_14", "duro_calendar"))
        names = [[run.policy for run in group.runs] for group in table.groups]
        assert names == [
            ["ladder_8_8_8", "even_3_in_30", "duro_calendar_3_in_30"],
            ["even_8_in_14", "even_8_in_30", "duro_calendar_8_in_30"],
        ]
        assert {run.days for run in table.runs} == {30}


class TestComparison:
    def test_measures_every_run_of_every_table_in_every_seed(self, few):
        findings = few.run(lambda _: None)
        runs = {run for table in findings.tables for run in table.runs}
        assert set(findings.base.series) == runs
        assert all(len(values) == 2 for one in findings.base.series.values() for values in one.measures.values())
        assert len(findings.base.cases) == len(findings.base.at_risk) == len(findings.base.draws) == 2
        assert [worlds.variation.name for worlds in findings.varied] == [one.name for one in few.variations]
        assert all(set(worlds.series) == set(findings.tables[0].runs) for worlds in findings.varied)

    def test_says_each_step_once(self, few):
        said: list[str] = []
        few.run(said.append)
        assert len(said) == few.steps

    def test_finds_the_same_with_two_processes_as_with_one(self, few):
        alone, together = (
            Comparison(
                payers=40,
                months=1,
                seeds=_SEEDS,
                policies=("even_6_in_30", "duro_calendar"),
                windows=(Windows.OWN,),
                rails=(Rails.NONE,),
                crew=Crew(processes),
            ).run(lambda _: None)
            for processes in (1, 2)
        )
        assert alone.base.draws == together.base.draws
        assert repr(alone.base.series) == repr(together.base.series)

    def test_pairs_differences_by_seed(self, few):
        findings = few.run(lambda _: None)
        ladder, control = (
            findings.base.series[Run(n, Rails.NONE, d)] for n, d in (("ladder_2_7_14_21", 21), ("even_6_in_30", 30))
        )
        pairs = zip(ladder.measures["recovered_share"], control.measures["recovered_share"], strict=True)
        assert ladder.against(control) == Estimate.of([ours - theirs for ours, theirs in pairs])
