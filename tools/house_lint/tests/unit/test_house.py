from pathlib import Path

from house_lint.house import House, Tree

SETTINGS = """
[tool.house-lint]
clock-modules = ["packages/crypto/src/duro/crypto/clock.py"]
most-lines = 400
adapters = []
chance-folders = []
"""


class TestHouse:
    def test_reports_where_which_rule_and_what_to_do(self, tmp_path: Path):
        module = tmp_path / "packages/billing/src/duro/billing/prices.py"
        module.parent.mkdir(parents=True)
        module.write_text("RATE = 0.5\n")
        (tmp_path / "pyproject.toml").write_text(SETTINGS)
        [report] = House.of(tmp_path).reports(Tree(tmp_path).sources())
        assert report.startswith("packages/billing/src/duro/billing/prices.py:1: float-near-money: 0.5 is a float")
        assert report.endswith("use integers, allocate or a ratio of integers.")

    def test_has_every_rule_in_force(self):
        root = Path(__file__).parents[4]
        rules = {rule.name for rule in House.of(root).rules}
        assert rules == {
            "class-docstring",
            "comment",
            "float-near-money",
            "long-file",
            "module-function",
            "now",
            "silenced",
            "tenant-argument",
        }
