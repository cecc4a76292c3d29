import doctest
from fractions import Fraction
from pathlib import Path

from whenever import Date, Instant

from duro import billing
from duro.billing import Cadence, Interval, Price
from duro.kernel import Currency, Money, Period

PAGE = Path(__file__).parents[4] / "docs" / "explanation" / "proration.md"


def naira(amount: int) -> Money:
    return Money(amount, Currency("NGN"))


def monthly(amount: int) -> Price:
    return Price(naira(amount), Cadence(Interval.MONTH))


class TestTheProrationPage:
    def test_shows_examples_that_are_true(self):
        words = {name: getattr(billing, name) for name in billing.__all__}
        words |= {"Date": Date, "Fraction": Fraction, "Instant": Instant, "Period": Period}
        words |= {"monthly": monthly, "naira": naira}
        page = doctest.DocTestParser().get_doctest(PAGE.read_text(encoding="utf-8"), words, PAGE.name, str(PAGE), 0)
        said: list[str] = []
        results = doctest.DocTestRunner(verbose=False).run(page, out=said.append)
        assert results.attempted >= 15
        assert results.failed == 0, "".join(said)
