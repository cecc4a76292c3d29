import pytest

from duro.cli.suites.request import TestRequest
from duro.cli.suites.runner import SuiteResult
from duro.cli.suites.suite import SuiteCatalogue
from duro.cli.suites.tally import Tally

FOLDERS = (
    "packages/a/tests/unit packages/a/tests/property packages/b/tests/integration services/c/tests/unit tests/chaos "
    "tests/journeys tests/isolation tests/conformance tests/newer"
)


@pytest.fixture
def root(tmp_path):
    for name in FOLDERS.split():
        folder = tmp_path / name
        folder.mkdir(parents=True)
        (folder / "test_it.py").write_text("")
    return tmp_path


class TestSuiteCatalogue:
    def test_lists_the_quick_ones_first_and_chaos_last(self, root):
        names = [suite.name for suite in SuiteCatalogue(root).all()]
        expected = ["unit and property", "integration", "journeys", "isolation", "conformance", "newer", "chaos"]
        assert names == expected

    def test_gathers_unit_and_property_tests_of_all_packages_on_two_workers(self, root):
        suite = SuiteCatalogue(root).all()[0]
        assert suite.paths == ("packages/a/tests/property", "packages/a/tests/unit", "services/c/tests/unit")
        assert suite.arguments == ("-n", "2")

    def test_asks_for_the_short_form_of_chaos(self, root):
        assert SuiteCatalogue(root).all()[-1].environment == {"DURO_CHAOS": "short"}

    def test_keeps_a_folder_that_has_no_tests(self, root):
        (root / "tests/catalogue").mkdir()
        assert "catalogue" in [suite.name for suite in SuiteCatalogue(root).all()]


class TestTestRequest:
    def suites(self, root, *words):
        return TestRequest.read(words, root=root).suites(SuiteCatalogue(root))

    def test_means_everything_when_nothing_is_named(self, root):
        assert len(self.suites(root)) == 7

    def test_runs_named_paths_alone_with_all_options_passed_through(self, root):
        (suite,) = self.suites(root, "tests/journeys", "tests/newer/test_it.py::TestX", "-k", "anchor", "-x")
        assert suite.paths == ("tests/journeys", "tests/newer/test_it.py::TestX")
        assert suite.arguments == ("-k", "anchor", "-x")

    def test_leaves_a_named_chaos_its_long_form(self, root):
        (suite,) = self.suites(root, "tests/chaos")
        assert suite.environment == {}

    def test_does_not_take_the_value_of_an_option_for_a_path(self, root):
        (suite,) = self.suites(root, "tests/conformance", "--cases", "tests/newer/test_it.py")
        assert suite.paths == ("tests/conformance",)
        assert suite.arguments == ("--cases", "tests/newer/test_it.py")

    @pytest.mark.parametrize("words", [("--cases", "x.json"), ("--cases=x.json",)])
    def test_takes_case_files_alone_for_conformance(self, root, words):
        (suite,) = self.suites(root, *words)
        assert (suite.name, suite.arguments) == ("conformance", words)

    def test_gives_options_alone_to_every_suite(self, root):
        suites = self.suites(root, "-k", "anchor")
        assert {suite.arguments[-2:] for suite in suites} == {("-k", "anchor")}
        assert suites[-1].environment == {"DURO_CHAOS": "short"}


class TestTally:
    def test_counts_errors_as_failures_and_leaves_skips_out(self, tmp_path):
        report = tmp_path / "report.xml"
        report.write_text(
            '<?xml version="1.0"?><testsuites name="t"><testsuite name="pytest" errors="1" failures="2" skipped="3" '
            'tests="10" time="1.0"><testcase name="tests=&quot;99&quot;"/></testsuite></testsuites>'
        )
        assert Tally.read(report) == Tally(passed=4, failed=3, skipped=3)

    def test_is_nothing_without_a_report(self, tmp_path):
        assert Tally.read(tmp_path / "report.xml") is None

    def test_speaks_in_one_line(self):
        assert str(Tally(4, 3) + Tally(1)) == "5 passed, 3 failed"


class TestSuiteResult:
    def result(self, *, status: int, failed: int = 0, has_report: bool = True) -> SuiteResult:
        return SuiteResult(
            name="x", tally=Tally(passed=1, failed=failed), seconds=1.0, status=status, has_report=has_report
        )

    def test_is_right_when_all_passed(self):
        assert self.result(status=0).is_right(may_match_nothing=False)

    def test_is_wrong_when_one_failed(self):
        assert not self.result(status=1, failed=1).is_right(may_match_nothing=True)

    def test_is_wrong_when_pytest_found_no_test(self):
        assert not self.result(status=5).is_right(may_match_nothing=False)

    def test_may_find_no_test_where_options_chose(self):
        assert self.result(status=5).is_right(may_match_nothing=True)

    def test_is_wrong_without_a_report(self):
        assert not self.result(status=0, has_report=False).is_right(may_match_nothing=False)
