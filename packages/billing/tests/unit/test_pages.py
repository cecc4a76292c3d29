from fractions import Fraction
from pathlib import Path
from uuid import UUID

import pytest
from whenever import Date, Instant

from duro import billing
from duro.billing import Cadence, Interval, Price
from duro.kernel import Currency, Money, Period, PlanId, PromoCodeId
from duro.testkit.page_examples import PageExamples

PAGES = Path(__file__).parents[4] / "docs" / "explanation"


def naira(amount: int) -> Money:
    return Money(amount, Currency("NGN"))


def monthly(amount: int) -> Price:
    return Price(naira(amount), Cadence(Interval.MONTH))


class TestThePages:
    @pytest.mark.parametrize(("name", "least"), [("calendar", 10), ("money", 7), ("promotions", 8), ("proration", 16)])
    async def test_show_examples_that_are_true(self, name, least):
        words = {word: getattr(billing, word) for word in billing.__all__}
        words |= {"Currency": Currency, "Date": Date, "Fraction": Fraction, "Instant": Instant, "Money": Money}
        words |= {"Period": Period, "PromoCodeId": PromoCodeId, "UUID": UUID, "monthly": monthly, "naira": naira}
        words |= {"gold_plan": PlanId(UUID(int=1)), "other_plan": PlanId(UUID(int=2))}
        examples = PageExamples(PAGES / f"{name}.md")
        assert await examples.surprises(words) == []
        assert len(examples) >= least
