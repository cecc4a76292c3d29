from pathlib import PurePosixPath
from textwrap import dedent

import pytest

from house_lint.finding import Rule
from house_lint.rules.clocks import Clocks
from house_lint.rules.comments import Comments, Silencers
from house_lint.rules.docstrings import ClassDocstrings
from house_lint.rules.floats import FloatsNearMoney
from house_lint.rules.lengths import Lengths
from house_lint.rules.module_functions import ModuleFunctions
from house_lint.rules.tenants import TenantArguments
from house_lint.source import Source

BILLING = "packages/billing/src/duro/billing/prices.py"
PAYMENTS = "packages/payments/src/duro/payments/prices.py"
DB = "packages/db/src/duro/db/plans.py"
SQL = "packages/db/src/duro/db/sql/claim.sql"
CLOCK = "packages/crypto/src/duro/crypto/clock.py"
TEST = "packages/billing/tests/unit/test_prices.py"


def lines(rule: Rule, text: str, path: str = BILLING) -> list[int]:
    source = Source(PurePosixPath(path), dedent(text).lstrip("\n"))
    return [finding.line for finding in rule.check(source)]


class TestModuleFunctions:
    @pytest.mark.parametrize("text", ["def price(): ...", "async def price(): ...", "price = lambda: 1"])
    def test_are_refused_in_src(self, text: str):
        assert lines(ModuleFunctions(), text) == [1]

    @pytest.mark.parametrize(
        "path",
        [
            "services/duro-cli/src/duro/cli/__main__.py",
            "packages/db/src/duro/db/migrations/env.py",
            TEST,
            "tools/lock.py",
        ],
    )
    def test_are_let_be_elsewhere(self, path: str):
        assert lines(ModuleFunctions(), "def main(): ...", path) == []

    def test_let_methods_be(self):
        assert lines(ModuleFunctions(), "class Price:\n    def total(self): ...") == []

    @pytest.mark.parametrize(
        "text",
        [
            "@pytest.fixture\ndef clock(): ...",
            "@fixture(scope='session')\ndef clock(): ...",
            "def pytest_configure(): ...",
        ],
    )
    def test_let_fixtures_and_hooks_be(self, text: str):
        assert lines(ModuleFunctions(), text) == []


class TestComments:
    def test_are_refused_in_src(self):
        assert lines(Comments(), "x = 1  # because\n# and so on\n") == [1, 2]

    def test_are_not_seen_inside_strings(self):
        assert lines(Comments(), 'x = "# not a comment"\n"""# nor this"""') == []

    def test_are_let_be_in_tests(self):
        assert lines(Comments(), "x = 1  # because", TEST) == []

    def test_leave_silencers_to_their_own_rule(self):
        assert lines(Comments(), "x = 1  # noqa: E501") == []


class TestSilencers:
    rule = Silencers(frozenset({DB}))

    @pytest.mark.parametrize("comment", ["# noqa", "# noqa: E501  # why", "# type: ignore", "# pyright: ignore[x]"])
    def test_are_refused_in_src_even_with_a_reason(self, comment: str):
        assert lines(self.rule, f"x = 1  {comment}") == [1]

    def test_are_let_be_in_an_adapter(self):
        assert lines(self.rule, "x = 1  # type: ignore[import]", DB) == []

    @pytest.mark.parametrize(
        "comment", ["# noqa", "# noqa: E501, D100", "# type: ignore[attr-defined]", "# pyright: basic"]
    )
    def test_need_a_reason_in_tests(self, comment: str):
        assert lines(self.rule, f"x = 1  {comment}", TEST) == [1]
        assert lines(self.rule, f"x = 1  {comment}  a table is wide", TEST) == []
        assert lines(self.rule, f"x = 1  {comment}  # a table is wide", TEST) == []


class TestFloatsNearMoney:
    rule = FloatsNearMoney()

    @pytest.mark.parametrize(
        "text",
        [
            "rate = 0.5",
            "def price(rate: float): ...",
            "def price() -> float: ...",
            "x = float(y)",
            "x = total / 3",
            "total /= 3",
            "x: dict[str, float] = {}",
            "def price(share=0.5): ...",
            "def price(*, wait_seconds: float = 1.0, share: int = 0.5): ...",
        ],
    )
    def test_are_refused(self, text: str):
        assert lines(self.rule, text) == [1]

    @pytest.mark.parametrize(
        "text",
        [
            "half = total // 2",
            "def price(*, gateway_seconds: float | None = None): ...",
            "def price(gateway_seconds: float = 10.0): ...",
            "wait_seconds: float = 2.5",
            "LEASE_SECONDS: Final = 60.0",
            "charge(gateway_seconds=9.5)",
            "def elapsed_seconds(self) -> float: ...",
        ],
    )
    def test_let_a_duration_in_seconds_be(self, text: str):
        assert lines(self.rule, text) == []

    def test_are_refused_wherever_money_is_imported(self):
        assert lines(self.rule, "from duro.kernel import Money\nx = 0.5", PAYMENTS) == [2]

    def test_are_let_be_away_from_money(self):
        assert lines(self.rule, "x = 0.5", PAYMENTS) == []

    def test_are_let_be_in_a_folder_of_chances_until_money_is_imported(self):
        rule = FloatsNearMoney(frozenset({"packages/billing/src/duro/billing"}))
        assert lines(rule, "x = 0.5") == []
        assert lines(rule, "from duro.kernel import Money\nx = 0.5") == [2]
        assert lines(rule, "x = 0.5", "packages/billing/src/duro/billing/prices/taxes.py") == [1]


class TestClocks:
    rule = Clocks(frozenset({CLOCK}))

    @pytest.mark.parametrize(
        "text",
        [
            "now = datetime.now(UTC)",
            "now = datetime.datetime.utcnow()",
            "today = date.today()",
            "now = Instant.now()",
            "now = whenever.Instant.now()",
            "field(default_factory=Instant.now)",
            "began = time.time()",
            "from time import time",
        ],
    )
    def test_are_asked_in_one_module_alone(self, text: str):
        assert lines(self.rule, text) == [1]
        assert lines(self.rule, text, CLOCK) == []

    @pytest.mark.parametrize(
        "text", ["clock.now()", "self._clock.now()", "time.monotonic()", "from time import perf_counter"]
    )
    def test_let_a_clock_and_a_stopwatch_be(self, text: str):
        assert lines(self.rule, text) == []

    @pytest.mark.parametrize("text", ["now()", "clock_timestamp()", "current_timestamp", "CURRENT_DATE", "NOW ( )"])
    def test_are_not_sqls_to_read(self, text: str):
        statement = f"update plans\nset archived_at = {text}"
        assert lines(self.rule, statement, SQL) == [2]
        assert lines(self.rule, f'_SQL = """{statement}"""', DB) == [2]

    def test_are_not_found_in_prose(self):
        assert lines(self.rule, '"""What now() would say, and current_time too."""', DB) == []


class TestTenantArguments:
    rule = TenantArguments()

    @pytest.mark.parametrize("argument", ["tenant_id", "tenant", "owner: TenantId"])
    def test_are_refused_in_a_repositorys_methods(self, argument: str):
        text = f"class PlanRepository:\n    async def get(self, {argument}): ...\n"
        assert lines(self.rule, text, DB) == [2]

    def test_are_refused_when_keyword_only(self):
        text = "class PlanRepository:\n    def get(self, *, tenant_id: TenantId): ...\n"
        assert lines(self.rule, text, DB) == [2]

    def test_are_refused_on_whatever_is_built_on_a_tenants_session(self):
        text = """
            class Renewals:
                def __init__(self, session: TenantSession): ...
                def claim(self, tenant_id): ...
            """
        assert lines(self.rule, text, DB) == [3]

    def test_belong_to_the_constructor(self):
        text = "class PlanRepository:\n    def __init__(self, tenant_id: TenantId): ...\n"
        assert lines(self.rule, text, DB) == []

    def test_are_let_be_on_what_opens_a_context(self):
        text = "class RepositoryContexts:\n    def open(self, tenant_id: TenantId): ...\n"
        assert lines(self.rule, text, DB) == []


class TestClassDocstrings:
    rule = ClassDocstrings()

    def test_are_required_of_public_classes(self):
        assert lines(self.rule, "class Price:\n    amount: int\n") == [1]

    def test_do_not_begin_with_the_name(self):
        assert lines(self.rule, 'class Price:\n    """Price class."""\n') == [1]

    def test_are_enough_in_one_sentence(self):
        assert lines(self.rule, 'class Price:\n    """What a plan costs."""\n') == []

    def test_are_not_asked_of_private_classes_and_tests(self):
        assert lines(self.rule, "class _Price: ...") == []
        assert lines(self.rule, "class TestPrice: ...", TEST) == []


class TestLengths:
    rule = Lengths(3)

    def test_stop_at_the_limit(self):
        assert lines(self.rule, "x = 1\n" * 3) == []
        assert lines(self.rule, "x = 1\n" * 4) == [4]

    def test_hold_for_tests_too(self):
        assert lines(self.rule, "x = 1\n" * 4, TEST) == [4]
