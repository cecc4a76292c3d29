from pathlib import Path

import pytest

from house_lint.workspace import Workspace

MANIFEST = """
[project]
name = "duro-billing"
dependencies = [{dependencies}]
"""


class TestWorkspace:
    @pytest.mark.parametrize(
        ("dependencies", "sentences"),
        [
            ('"duro-kernel", "whenever==0.11.0"', []),
            ('"whenever==0.11.0"', ["duro-kernel is imported and not declared."]),
            ('"duro-kernel", "duro-http-kit"', ["duro-http-kit is declared and not imported."]),
            ('"duro-kernel", "whenever>=0.11"', ["whenever>=0.11 is not pinned by ==."]),
            ('"duro-kernel", "uvicorn[standard]==0.54.0"', []),
            ('"duro-kernel", "whenever"', ["whenever is not pinned by ==."]),
        ],
    )
    def test_declares_exactly_what_it_imports_and_pins_the_rest(
        self, tmp_path: Path, dependencies: str, sentences: list[str]
    ):
        package = tmp_path / "packages/billing"
        source = package / "src/duro/billing"
        source.mkdir(parents=True)
        (package / "pyproject.toml").write_text(MANIFEST.format(dependencies=dependencies))
        (source / "prices.py").write_text("from duro.kernel import Money\nfrom duro.billing.terms import Terms\n")
        assert list(Workspace(tmp_path).reports()) == [
            f"packages/billing/pyproject.toml:1: workspace: {sentence}" for sentence in sentences
        ]
