import io
import json

import pytest
from rich.console import Console

from duro.cli.commands.simulate import PolicyNotFoundError, SimulateCommand


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=120)


class TestSimulateCommand:
    def test_ends_with_one_line_of_json(self, console):
        SimulateCommand(console=console).run(
            payers=60, months=1, seeds=2, policies="even_6_in_30, oracle", development=True, json=True
        )
        *_, last = console.file.getvalue().splitlines()
        read = json.loads(last)
        assert [policy["policy"] for policy in read["policies"]] == ["even_6_in_30", "oracle"]
        assert read["payers"] == 60

    def test_shows_every_range_and_every_table(self, console):
        SimulateCommand(console=console).run(
            payers=60, months=1, seeds=1, policies="even_6_in_30", development=True, json=False
        )
        shown = console.file.getvalue()
        assert "failure_rate" in shown
        assert "card only, each policy's own window" in shown
        assert "with rails for all, 30 days for all" in shown
        assert "{" not in shown

    def test_refuses_a_policy_that_nobody_wrote(self, console):
        with pytest.raises(PolicyNotFoundError, match="no_such"):
            SimulateCommand(console=console).run(payers=60, months=1, seeds=1, policies="no_such", development=True)
