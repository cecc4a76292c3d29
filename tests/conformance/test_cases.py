from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Protocol

import pytest
from whenever import Date, Instant

from duro.billing import BillingCalendar, BillingCycle, Cadence, Interval


class EngineAdapter:
    """Puts each op to the engine's public API; it converts words and values and works nothing out."""

    NOT_YET: ClassVar[frozenset[str]] = frozenset(
        {
            "backdate_proration",
            "billed_cycles",
            "construct",
            "first_charges_with_anchor",
            "leading_proration",
            "next_billing_date_on_or_after",
            "parse",
            "plan_change",
            "plan_change_fixed_discount",
            "plan_change_reset",
            "plan_change_tax",
            "prorated_credit_seconds",
            "sign",
            "trailing_proration",
            "trial_then_anchor",
            "unused_credit_months",
            "verify",
        }
    )

    def answer(self, op: str, given: Mapping[str, Any], *, asked: int) -> Mapping[str, object]:
        """Answer as the engine does; `asked` is how many dates a list is to have."""
        answers: dict[str, Callable[[], Mapping[str, object]]] = {
            "advance": lambda: {"date": self._calendar(given, "start").date(given["periods"])},
            "renewal_dates": lambda: {"dates": self._calendar(given, "anchor_date").renewal_dates(asked)},
            "whole_periods_between": lambda: {"periods": self._whole_periods(given)},
            "billing_day_in_timezone": lambda: {"billing_day": self._cycle(given, "start_utc").billing_day},
            "next_boundary_after": lambda: {"datetime": self._next_boundary(given)},
            "previous_boundary_before": lambda: {"datetime": self._previous_boundary(given)},
            "period_containing": lambda: self._period(given),
        }
        if op not in answers:
            pytest.fail(f"unknown op: {op}")
        return answers[op]()

    def _whole_periods(self, given: Mapping[str, Any]) -> int:
        return self._calendar(given, "start").whole_periods_until(Date.parse_iso(given["end"]))

    def _period(self, given: Mapping[str, Any]) -> Mapping[str, object]:
        period = self._cycle(given, "anchor").period_containing(self._at(given))
        return {"period_start": period.start, "period_end": period.end}

    def _next_boundary(self, given: Mapping[str, Any]) -> Instant:
        cycle = self._cycle(given, "anchor")
        match given.get("boundary", "exclusive"):
            case "inclusive":
                return cycle.boundary_on_or_after(self._at(given))
            case "exclusive":
                return cycle.next_boundary_after(self._at(given))
            case unknown:
                pytest.fail(f"unknown boundary: {unknown}")

    def _previous_boundary(self, given: Mapping[str, Any]) -> Instant:
        cycle = self._cycle(given, "anchor")
        match given.get("boundary", "exclusive"):
            case "inclusive":
                return cycle.boundary_on_or_before(self._at(given))
            case "exclusive":
                return cycle.previous_boundary_before(self._at(given))
            case unknown:
                pytest.fail(f"unknown boundary: {unknown}")

    def _calendar(self, given: Mapping[str, Any], anchor: str) -> BillingCalendar:
        return BillingCalendar(Date.parse_iso(given[anchor]), self._cadence(given), given.get("anchor_day"))

    def _cycle(self, given: Mapping[str, Any], anchor: str) -> BillingCycle:
        return BillingCycle(Instant.parse_iso(given[anchor]), given.get("timezone", "UTC"), self._cadence(given))

    @staticmethod
    def _cadence(given: Mapping[str, Any]) -> Cadence:
        return Cadence(Interval(given.get("interval", "month")), given.get("interval_count", 1))

    @staticmethod
    def _at(given: Mapping[str, Any]) -> Instant:
        return Instant.parse_iso(given["at"])


class Case(Protocol):
    """A case as conftest.py reads it."""

    op: str
    input: Mapping[str, Any]
    expected: Mapping[str, Any]


class TestTheEngine:
    """The engine and the systems the cases come from."""

    def test_answers_as_they_do(self, case: Case) -> None:
        asked = len(case.expected.get("dates", ()))
        actual = EngineAdapter().answer(case.op, case.input, asked=asked)
        assert dict(actual) == {name: self._read(value) for name, value in case.expected.items()}

    def test_names_the_ops_it_has_no_answer_for_yet(
        self, not_yet: tuple[str, int], record_property: Callable[[str, object], None]
    ) -> None:
        op, count = not_yet
        record_property("not_yet", f"{op} ({count} cases)")
        with pytest.raises(pytest.fail.Exception, match=f"unknown op: {op}"):
            EngineAdapter().answer(op, {}, asked=0)

    @classmethod
    def _read(cls, value: object) -> object:
        match value:
            case list():
                return tuple(cls._read(item) for item in value)
            case str() if "T" in value:
                return Instant.parse_iso(value)
            case str():
                return Date.parse_iso(value)
            case _:
                return value
