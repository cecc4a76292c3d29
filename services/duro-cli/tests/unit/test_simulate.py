import io
import json
from pathlib import Path

import pytest
import typer
from rich.console import Console

from duro.cli.commands.simulate import FileNotWrittenError, PolicyNotFoundError, SimulateCommand
from duro.cli.database_access import DatabaseAccess
from duro.cli.home import Home
from duro.cli.replay.tenant_replay import NothingToReplayError, TenantReplay
from duro.crypto import SystemClock
from duro.simulator.seeds import SeedBook


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=120)


def _run(console: Console, **options) -> None:
    given = {"payers": 60, "months": 1, "seeds": 1, "policies": "even_6_in_30", "development": True, "processes": 1}
    home = Home(root=Path(), folder=Path())
    access = DatabaseAccess(home=home, environ={})
    replay = TenantReplay(access=access, console=console, clock=SystemClock())
    SimulateCommand(console=console, replay=replay).run(**given | options)


class TestSimulateCommand:
    def test_ends_with_one_line_of_json(self, console):
        _run(console, seeds=2, policies="even_6_in_30, oracle", json=True)
        *_, last = console.file.getvalue().splitlines()
        read = json.loads(last)
        assert [policy["policy"] for policy in read["policies"]] == ["even_6_in_30", "oracle"]
        assert read["payers"] == 60

    def test_shows_every_range_and_every_table(self, console):
        _run(console)
        shown = console.file.getvalue()
        assert "failure_rate" in shown
        assert "Card only, each policy's own window" in shown
        assert "With rails for all, 30 days for all" in shown
        assert "{" not in shown

    def test_asks_in_other_worlds_too_when_told_to(self, console):
        _run(console, sensitivity=True)
        assert "month_end_salaries" in console.file.getvalue()

    def test_asks_in_the_other_worlds_that_were_named(self, console, tmp_path):
        _run(console, worlds="vague_banks, money_goes_fast", json=True, html=tmp_path / "report.html")
        read = json.loads(console.file.getvalue().splitlines()[-1])
        assert [varied["world"] for varied in read["sensitivity"]] == ["vague_banks", "money_goes_fast"]
        assert "--worlds vague_banks,money_goes_fast" in (tmp_path / "report.html").read_text(encoding="utf-8")

    def test_writes_the_tables_for_a_page(self, console, tmp_path):
        _run(console, markdown=tmp_path / "tables.md")
        assert "| even_6_in_30 | 30 d |" in (tmp_path / "tables.md").read_text(encoding="utf-8")

    def test_writes_a_page_that_says_how_to_make_it_again(self, console, tmp_path):
        _run(console, html=tmp_path / "report.html")
        page = (tmp_path / "report.html").read_text(encoding="utf-8")
        assert "duro simulate --payers 60 --months 1 --seeds 1 --policies even_6_in_30 --development" in page

    def test_runs_the_seeds_that_were_asked_for(self, console, tmp_path):
        _run(console, seeds=2, first_seed=3, json=True, html=tmp_path / "report.html")
        shown = console.file.getvalue()
        chosen = SeedBook.DEVELOPMENT[2:4]
        assert "(development seeds 3 to 4)" in shown
        assert [seed["world"] for seed in json.loads(shown.splitlines()[-1])["seeds"]] == [s.world for s in chosen]
        assert "--seeds 2 --first-seed 3 --policies" in (tmp_path / "report.html").read_text(encoding="utf-8")

    @pytest.mark.parametrize("development", [True, False])
    def test_refuses_more_seeds_than_there_are(self, console, development):
        with pytest.raises(typer.BadParameter, match="There are"):
            _run(console, seeds=2, first_seed=40, development=development)

    def test_refuses_a_policy_that_nobody_wrote(self, console):
        with pytest.raises(PolicyNotFoundError, match="no_such"):
            _run(console, policies="no_such")

    def test_shows_the_tables_that_were_asked_for_the_main_one_in_any_case(self, console):
        _run(console, windows="equal", rails="all, as_asked")
        shown = console.file.getvalue()
        assert "Card only, each policy's own window" in shown
        assert "With rails for all, 30 days for all" in shown
        assert "Card only, 30 days for all" not in shown

    @pytest.mark.parametrize("option", [{"windows": "month"}, {"rails": "own"}, {"worlds": "mars"}])
    def test_refuses_a_table_that_there_is_not(self, console, option):
        with pytest.raises(typer.BadParameter, match="Choose of"):
            _run(console, **option)

    def test_says_that_a_file_can_not_be_written(self, console, tmp_path):
        with pytest.raises(FileNotWrittenError, match="No such file"):
            _run(console, markdown=tmp_path / "nowhere" / "tables.md")

    def test_refuses_what_is_no_merchant_s_id(self, console):
        with pytest.raises(NothingToReplayError, match="ten_"):
            _run(console, from_tenant="acme")

    def test_writes_no_page_of_made_up_worlds_about_a_merchant(self, console, tmp_path):
        with pytest.raises(typer.BadParameter):
            _run(console, from_tenant="ten_x", html=tmp_path / "report.html")
